import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { createServer as createTlsServer } from 'node:tls'
import { onTestFinished } from 'vitest'
import type { ProblemCode } from '@assistant-ui-proxy/contract'

/** An upstream that cannot be talked to. */
export interface Place {
  /** As the documentation says it. */
  readonly name: string
  /** Makes it, until the test is over. @returns its origin */
  readonly open: () => Promise<string>
  readonly status: number
  readonly code: ProblemCode
}

export const places: readonly Place[] = [
  {
    name: 'a port where nobody listens',
    open: async () => {
      const server = createServer()
      const origin = await listen(server)
      server.close()
      return origin
    },
    status: 502,
    code: 'upstream_unreachable',
  },
  {
    name: 'a name that does not exist',
    open: async () => 'http://upstream.invalid',
    status: 502,
    code: 'upstream_unreachable',
  },
  {
    name: 'a connection that is never accepted',
    open: openFullListener,
    status: 502,
    code: 'upstream_unreachable',
  },
  {
    name: 'TLS asked of a server without it',
    open: async () => {
      const origin = await openSpeaker('HTTP/1.1 400 Bad Request\r\n\r\n')
      return origin.replace('http:', 'https:')
    },
    status: 502,
    code: 'upstream_unreachable',
  },
  {
    name: 'TLS that cannot be agreed on',
    open: async () => {
      // It has no certificate to show.
      const origin = await listen(createTlsServer({}))
      return origin.replace('http:', 'https:')
    },
    status: 502,
    code: 'upstream_unreachable',
  },
  {
    name: 'garbage instead of headers',
    open: () => openSpeaker('220 smtp.example ESMTP\r\n'),
    status: 502,
    code: 'upstream_protocol',
  },
]

/** Says one thing to everybody who says something. */
function openSpeaker(words: string): Promise<string> {
  return listen(
    createServer((socket) =>
      socket.on('error', () => undefined).once('data', () => socket.end(words)),
    ),
  )
}

async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A process that listens and then does nothing: once its queue is full, the kernel answers nobody. */
async function openFullListener(): Promise<string> {
  const script = `
    const server = require('node:net').createServer()
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      process.stdout.write(String(server.address().port), () =>
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000))
    })`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = (await once(child.stdout, 'data')) as [Buffer]
  const waiting = Array.from({ length: 10 }, () =>
    connect(Number(port), '127.0.0.1').on('error', () => undefined),
  )
  onTestFinished(() => {
    child.kill('SIGKILL')
    for (const socket of waiting) socket.destroy()
  })
  await delay(300)
  return `http://127.0.0.1:${String(port)}`
}
