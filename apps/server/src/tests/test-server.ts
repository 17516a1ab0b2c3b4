import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@assistant-ui-proxy/contract'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import type { Upstream } from '../chat/upstream.ts'
import { createConfig } from '../config/config.ts'
import { createDependencies } from '../dependencies.ts'
import { startServer } from '../server.ts'

export interface TestServerOptions {
  /** An empty value counts as not set. */
  readonly env?: Record<string, string>
  readonly upstream?: Upstream
  /** A built web app; by default there is none. */
  readonly webRoot?: string
  /** Takes every line that the server logs. */
  readonly onLog?: (line: string) => void
}

/** The real app on a port of its own, with a database of its own, until the test is over. */
export async function startTestServer({
  env = {},
  upstream,
  webRoot = '/nowhere',
  onLog,
}: TestServerOptions = {}) {
  // Not an Ollama that the machine may have.
  const demo = env['ASSISTANT_UI_BASE_URL'] === undefined && { UPSTREAM: 'demo' }
  const variables = {
    UPSTREAM_MAX_ATTEMPTS: '1',
    PORT: '0',
    DATABASE_URL: 'sqlite::memory:',
    ...demo,
    ...env,
  }
  const set = Object.entries(variables).filter(([, value]) => value !== '')
  const config = { ...createConfig(Object.fromEntries(set)), webRoot, shutdownTimeoutMs: 200 }
  const log = pino({ level: 'info' }, { write: (line) => onLog?.(line) })
  const dependencies = await createDependencies(config, { log, ...(upstream && { upstream }) })
  const server = await startServer(dependencies)
  const url = server.url.replace('localhost', '127.0.0.1')
  let stopping: Promise<void> | undefined
  const stop = () => (stopping ??= server.stop().then(() => dependencies[Symbol.asyncDispose]()))
  onTestFinished(stop)
  const { store, database } = dependencies
  const { apiKeys, files } = database ?? {}
  return { url, client: createClient(url), store, apiKeys, files, stop }
}

/** A folder that is gone after the test. */
export async function makeTemporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'assistant-ui-proxy-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
