import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import express, { type Response } from 'express'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createBodyWriter } from './body-writer.ts'

const pieces = ['one', ' naïve 🙂', 'x'.repeat(70_000), ' last']

describe('createBodyWriter', () => {
  it('writes what a reader of HTTP/1.1 decodes to the same bytes, and keeps the connection', async () => {
    const port = await serve(writeAll)
    const answer = await ask(port)
    expect(answer.headers['transfer-encoding']).toBe('chunked')
    expect(answer.headers['connection']).toBe('keep-alive')
    expect(String(await buffer(answer))).toBe(pieces.join(''))
    expect(answer.complete).toBe(true)
  })

  it('writes the bare bytes for a reader of HTTP/1.0', async () => {
    const socket = connect(await serve(writeAll), '127.0.0.1')
    socket.write('GET / HTTP/1.0\r\n\r\n')
    const [head, body] = (await text(socket)).split('\r\n\r\n')
    expect(head).not.toContain('chunked')
    expect(body).toBe(pieces.join(''))
  })

  it('waits for a reader who takes nothing, goes on when it does, and hears that it left', async () => {
    let written = 0
    const ended = Promise.withResolvers<void>()
    const port = await serve(async (response) => {
      const write = createBodyWriter(response)
      while (!response.destroyed) {
        await write(Buffer.alloc(65_536))
        written += 65_536
      }
      ended.resolve()
    })
    const answer = await ask(port)
    answer.pause()
    const stalledAt = await settledValue(() => written)
    answer.resume()
    await expect.poll(() => written).toBeGreaterThan(stalledAt + 1_000_000)
    answer.destroy()
    await ended.promise
  })

  it('lets go of a reader who takes nothing', async () => {
    const ended = Promise.withResolvers<void>()
    const port = await serve(async (response) => {
      const write = createBodyWriter(response, 100)
      while (!response.destroyed) await write(Buffer.alloc(65_536))
      ended.resolve()
    })
    const answer = await ask(port)
    answer.pause()
    await ended.promise
    await expect(buffer(answer)).rejects.toThrow('aborted')
  })

  it('leaves an answer that is cut without its end', async () => {
    const port = await serve(async (response) => {
      const write = createBodyWriter(response)
      await write(Buffer.from('one'))
      await write(Buffer.from('two'))
      response.destroy()
    })
    const answer = await ask(port)
    await expect(buffer(answer)).rejects.toThrow('aborted')
    expect(answer.complete).toBe(false)
  })
})

async function writeAll(response: Response): Promise<void> {
  const write = createBodyWriter(response)
  for (const piece of pieces) await write(Buffer.from(piece))
  response.end()
}

/** @returns the port of a server that answers everything so */
async function serve(answer: (response: Response) => Promise<void>): Promise<number> {
  const app = express()
  app.use((_request, response) => void answer(response))
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

async function ask(port: number): Promise<IncomingMessage> {
  const [answer] = (await once(get({ port, host: '127.0.0.1' }), 'response')) as [IncomingMessage]
  return answer
}

/** What a number is when it does not grow any more. */
async function settledValue(read: () => number): Promise<number> {
  for (let last = -1; ;) {
    await new Promise((resolve) => setTimeout(resolve, 100))
    if (read() === last) return last
    last = read()
  }
}
