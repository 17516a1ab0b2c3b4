import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface SeenRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** Which connection it came on, counted from 1. */
  readonly connection: number
}

export type Answer = (response: ServerResponse, request: SeenRequest) => void | Promise<void>

/** An HTTP server of its own on 127.0.0.1 until the test is over; it notes what it is asked. */
export async function startTestServer(answer: Answer) {
  const requests: SeenRequest[] = []
  const connections = new Map<unknown, number>()
  const server = createServer(async (incoming, response) => {
    let body = ''
    for await (const bytes of incoming.setEncoding('utf8')) body += String(bytes)
    if (!connections.has(incoming.socket)) connections.set(incoming.socket, connections.size + 1)
    const request = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: incoming.headers,
      body,
      connection: connections.get(incoming.socket) ?? 0,
    }
    requests.push(request)
    await answer(response, request)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const close = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  onTestFinished(close)
  return { url: `http://127.0.0.1:${port}`, requests, close }
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const type = status < 400 ? 'application/json' : 'application/problem+json'
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body))
}
