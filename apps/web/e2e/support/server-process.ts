import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Message, Thread } from '@assistant-ui-proxy/contract'

const serverRoot = fileURLToPath(new URL('../../../server', import.meta.url))

/** The real server with a database of its own. It is the test's to stop. */
export interface ServerProcess {
  /** Such as `http://127.0.0.1:40123`; the same after a restart. */
  readonly url: string
  /** As `kill -9` does it. */
  kill(): Promise<void>
  /** Starts it again, on the same port and database. */
  restart(): Promise<void>
  /** Ends it and deletes its database. */
  stop(): Promise<void>
  /** What it has stored. */
  threads(query?: string): Promise<Thread[]>
  messages(threadId: string): Promise<Message[]>
}

/** @param env variables beside those that make the server independent of this machine */
export async function startServer(env: Record<string, string> = {}): Promise<ServerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'assistant-ui-proxy-e2e-'))
  const variables = {
    HOST: '127.0.0.1',
    ENVIRONMENT: 'production',
    AUTH_OPEN_IN_PRODUCTION: 'yes',
    DATABASE_URL: `sqlite:${join(folder, 'test.db')}`,
    UPSTREAM: 'demo',
    // An empty value counts as not set, and wins over one in .env.
    ASSISTANT_UI_BASE_URL: '',
    CORS_ORIGINS: '',
    LOG_LEVEL: 'info',
    ...env,
  }
  let running = await launch({ ...variables, PORT: '0' })
  const { port } = running
  const url = `http://127.0.0.1:${port}`
  const read = async <T>(path: string) => {
    const response = await fetch(`${url}${path}`)
    if (!response.ok) throw new Error(`${path} answered ${response.status}`)
    return (await response.json()) as T
  }
  return {
    url,
    kill: () => running.end('SIGKILL'),
    async restart() {
      running = await launch({ ...variables, PORT: String(port) })
    },
    async stop() {
      await running.end('SIGTERM')
      await rm(folder, { recursive: true, force: true })
    },
    threads: (query = '') => read(`/api/threads${query}`),
    messages: (threadId) => read(`/api/threads/${threadId}/messages`),
  }
}

interface Running {
  readonly port: number
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

const startTimeoutMs = 20_000
/** The server gives its streams longer than a test wants to wait. */
const stopTimeoutMs = 2_000

async function launch(env: Record<string, string>): Promise<Running> {
  const child = spawn(
    process.execPath,
    ['--conditions=@assistant-ui-proxy/source', 'src/main.ts'],
    { cwd: serverRoot, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const exited = once(child, 'exit')
  const output: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => output.push(text))
  const url = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      output.push(line)
      const entry = parseJson(line)
      if (entry['msg'] === 'listening') resolve(String(entry['url']))
    })
  })
  const started = await Promise.race([
    url,
    exited,
    delay(startTimeoutMs, undefined, { ref: false }),
  ])
  if (typeof started !== 'string') {
    child.kill('SIGKILL')
    throw new Error(`The server did not start:\n${output.join('\n')}`)
  }
  const port = Number(new URL(started).port)
  await waitUntilReady(port)
  return {
    port,
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      await Promise.race([exited, delay(stopTimeoutMs, undefined, { ref: false })])
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await exited
    },
  }
}

function parseJson(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    return {}
  }
}

async function waitUntilReady(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const response = await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined)
    if (response?.ok === true) return
    await delay(50)
  }
  throw new Error('The server listens, but is not ready.')
}
