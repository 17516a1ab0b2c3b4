import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { findFreePort } from 'services'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startNginx } from './nginx.ts'

const hasNginx = spawnSync('nginx', ['-v']).status === 0

describe.skipIf(!hasNginx)('nginx in front', () => {
  it('tells the servers where they were asked, so that the URLs they sign lead there', async () => {
    const url = await startInFront()
    expect(await post(url, '/api/chat', 1)).toMatchObject({ host: new URL(url).host })
  })

  it('leaves it to the servers how large a file may be, and passes it on as it comes', async () => {
    const url = await startInFront()
    for (const path of ['/api/import', '/v1/files/some-file?signature=s'])
      expect(await post(url, path, 40_000_000)).toMatchObject({ path, length: 40_000_000 })
    const refused = await fetch(`${url}/api/chat`, { method: 'POST', body: 'x'.repeat(9_000_000) })
    expect(refused.status).toBe(413)
  })

  it.each(['application/json', 'text/event-stream'])(
    'passes on whole what asks for %s',
    async (accept) => {
      const url = await startInFront()
      const body = 'x'.repeat(500_000)
      const answer = await fetch(`${url}/api/chat`, { method: 'POST', body, headers: { accept } })
      const asked = { method: 'POST', path: '/api/chat', host: new URL(url).host, length: 500_000 }
      expect(await answer.json()).toMatchObject(asked)
    },
  )

  it('uses a connection to a server again, and not when the server may be about to close it', async () => {
    const url = await startInFront()
    const portOf = async () => ((await post(url, '/api/chat', 1)) as { port: number }).port
    const first = await portOf()
    expect(await portOf()).toBe(first)
    await delay(4_500)
    expect(await portOf()).not.toBe(first)
  })
})

/** @returns the URL of an nginx before a server that says what it was asked */
async function startInFront(): Promise<string> {
  const server = createServer(async (request, response) => {
    response.end(JSON.stringify(await readAll(request)))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const port = await findFreePort()
  const nginx = await startNginx(port, [(server.address() as AddressInfo).port])
  onTestFinished(async () => {
    await nginx.stop()
    server.close()
  })
  return `http://localhost:${port}`
}

async function readAll(request: IncomingMessage) {
  let length = 0
  for await (const bytes of request as AsyncIterable<Buffer>) length += bytes.length
  const { method, url: path, headers, socket } = request
  return { method, path, host: headers.host, port: socket.remotePort, length }
}

async function post(url: string, path: string, length: number): Promise<unknown> {
  const answer = await fetch(url + path, { method: 'POST', body: 'x'.repeat(length) })
  return answer.json()
}
