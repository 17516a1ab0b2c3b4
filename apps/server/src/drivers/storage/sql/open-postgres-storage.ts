import { Kysely, PostgresDialect, type PostgresPool } from 'kysely'
import { migrate } from './migrate.ts'
import { openPool, openPostgresPool } from './postgres-pool.ts'
import type { Schema } from './schema.ts'
import { databaseOver } from './sql-database.ts'
import { createSqlStorage, type SqlStorage } from './sql-storage.ts'

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string
  /** Connections at a time; what comes on top waits. */
  readonly poolSize: number
  readonly statementTimeoutMs: number
}

/**
 * Opens a PostgreSQL database, its schema made where it is missing. Several servers may start at once.
 * @throws where the database cannot be reached
 */
export async function openPostgresStorage(options: PostgresOptions): Promise<SqlStorage> {
  await migrateDatabase(options)
  const db = openDatabase(
    openPostgresPool({
      connectionString: options.url,
      max: options.poolSize,
      statement_timeout: options.statementTimeoutMs,
      idle_in_transaction_session_timeout: options.statementTimeoutMs,
    }),
  )
  return createSqlStorage(databaseOver(db, 'postgres'), () => db.destroy())
}

/** On a connection of its own: waiting for another server's migration may take longer than a query. */
async function migrateDatabase({ url }: PostgresOptions): Promise<void> {
  const db = openDatabase(openPool({ connectionString: url, max: 1 }))
  try {
    await migrate(db, 'postgres')
  } finally {
    await db.destroy()
  }
}

function openDatabase(pool: PostgresPool): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
}
