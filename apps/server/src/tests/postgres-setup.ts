import { startPostgres } from 'services'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The PostgreSQL of this run, without a database's name. */
    postgresUrl: string
  }
}

/** A real PostgreSQL for one run of the tests. Returns what ends it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres({ fsync: 'off', max_connections: 200 })
  project.provide('postgresUrl', postgres.url)
  return postgres.stop
}
