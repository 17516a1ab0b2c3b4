import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { text } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import { answerMalformedRequests } from './malformed-request.ts'
import { endStalledBodies } from './stalled-body.ts'

describe('a request whose body', () => {
  it('stalls is ended, and told why', async () => {
    const { send } = await start((request) => text(request))
    const { said, ended } = await send(
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 90\r\n\r\nso far',
    )
    await ended
    expect(said()).toMatch(/^HTTP\/1.1 408 /)
    expect(said()).toContain('"code":"request_timeout"')
  })

  it('trickles is, too', async () => {
    const { send } = await start((request) => text(request))
    const head = 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n'
    const { said, ended, socket } = await send(head)
    const trickle = setInterval(() => socket.write('1\r\nx\r\n'), 30)
    await ended
    clearInterval(trickle)
    expect(said()).toMatch(/^HTTP\/1.1 408 /)
  })

  it('comes slowly, and takes many times as long, is taken', async () => {
    const { send } = await start((request) => text(request))
    const pieces = 12
    const length = pieces * 50
    const head = `POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${length}\r\n\r\n`
    const { said, ended, socket } = await send(head)
    for (let piece = 0; piece < pieces; piece++) {
      socket.write('x'.repeat(50))
      await delay(50)
    }
    await ended
    expect(said()).toMatch(new RegExp(`^HTTP/1.1 200 [^]*x{${length}}$`))
  })

  it('waits for this server is taken', async () => {
    const { send } = await start(async (request) => {
      await once(request, 'readable')
      await delay(400)
      return text(request)
    })
    const head = 'POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 400000\r\n\r\n'
    const { said, ended, socket } = await send(head)
    socket.write('x'.repeat(400_000))
    await ended
    expect(said()).toMatch(/^HTTP\/1.1 200 /)
  })

  it('has come, and that is answered later than it may take, is answered', async () => {
    const { send } = await start(async (request) => {
      const body = await text(request)
      await delay(400)
      return body
    })
    const head = 'POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\nhi'
    const { said, ended } = await send(head)
    await ended
    expect(said()).toMatch(/^HTTP\/1.1 200 [^]*hi$/)
  })

  it('stalls when its answer has begun is cut off', async () => {
    const { send } = await start(async (request, begin) => {
      begin('begun')
      return text(request)
    })
    const { said, ended } = await send(
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 90\r\n\r\nso far',
    )
    await ended
    expect(said()).toContain('begun')
    expect(said()).not.toContain('408')
  })
})

/** A server that says what `answer` gives, and looks at bodies every 100 ms: 40 bytes at least. */
async function start(
  answer: (request: IncomingMessage, begin: (words: string) => void) => Promise<string>,
) {
  const limits = { requestTimeout: 200, headersTimeout: 200, connectionsCheckingInterval: 20 }
  const server = createServer(limits, (request, response) => {
    answer(request, (words) => response.write(words)).then(
      (words) => response.end(words),
      () => undefined,
    )
  })
  answerMalformedRequests(server)
  endStalledBodies(server, { everyMs: 100, minBytes: 40 })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const send = async (words: string) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    let said = ''
    socket.on('data', (bytes) => void (said += bytes.toString())).on('error', () => undefined)
    const ended = once(socket, 'close')
    await once(socket, 'connect')
    socket.write(words)
    return { socket, ended, said: () => said }
  }
  return { send }
}
