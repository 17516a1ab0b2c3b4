import { relative, resolve } from 'node:path'
import { z } from 'zod'
import { workspaceRoot } from './env.ts'
import { maxTimerMs, milliseconds, wholeNumber } from './variables.ts'

export type DatabaseConfig = SqliteConfig | PostgresConfig

interface SqliteConfig {
  readonly driver: 'sqlite'
  /** A file, or `:memory:`. */
  readonly path: string
}

interface PostgresConfig {
  readonly driver: 'postgres'
  /** Holds a password: never told to anybody but the database. */
  readonly url: string
  readonly poolSize: number
  readonly statementTimeoutMs: number
}

export const databaseVariables = {
  DATABASE_URL: z
    .string()
    .refine(
      (url) => /^sqlite:.+$/.test(url) || (/^postgres(ql)?:\/\//.test(url) && URL.canParse(url)),
      'must be sqlite:<path> or postgres://user:password@host:port/database',
    )
    .default('sqlite:data/assistant-ui-proxy.db'),
  DATABASE_POOL_SIZE: wholeNumber(10, 1),
  // The server waits a second longer than the database does.
  DATABASE_STATEMENT_TIMEOUT_MS: milliseconds(10_000, 1, maxTimerMs - 1_000),
}

export function chooseDatabase(vars: {
  readonly DATABASE_URL: string
  readonly DATABASE_POOL_SIZE: number
  readonly DATABASE_STATEMENT_TIMEOUT_MS: number
}): DatabaseConfig {
  const url = vars.DATABASE_URL
  if (url.startsWith('postgres'))
    return {
      driver: 'postgres',
      url,
      poolSize: vars.DATABASE_POOL_SIZE,
      statementTimeoutMs: vars.DATABASE_STATEMENT_TIMEOUT_MS,
    }
  const path = url.slice('sqlite:'.length)
  return { driver: 'sqlite', path: path === ':memory:' ? path : resolve(workspaceRoot, path) }
}

/** For people: which database it is, without the credentials. */
export function describeDatabase(database: DatabaseConfig): string {
  if (database.driver === 'postgres') {
    const { host, pathname, searchParams } = new URL(database.url)
    return `postgres, ${host || (searchParams.get('host') ?? 'localhost')}${pathname}`
  }
  if (database.path === ':memory:') return 'sqlite, in memory'
  const fromRoot = relative(workspaceRoot, database.path)
  return `sqlite, ${fromRoot.startsWith('..') ? database.path : fromRoot}`
}
