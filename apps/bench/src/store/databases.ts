import { mkdtemp, rm } from 'node:fs/promises'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'pg'
import { startPostgres } from 'services'

/** A database, and its bare driver: what a query costs without a store around it. */
export interface Database extends AsyncDisposable {
  readonly name: 'SQLite' | 'PostgreSQL'
  /** For the server. */
  readonly url: string
  /** @param sql with `?` for the parameters */
  readonly query: (sql: string, parameters: readonly unknown[]) => Promise<readonly unknown[]>
}

export async function openSqlite(): Promise<Database> {
  const folder = await mkdtemp(join(tmpdir(), 'store-bench-'))
  const path = join(folder, 'threads.db')
  const database = new DatabaseSync(path)
  const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>()
  const prepare = (sql: string) => {
    const statement = prepared.get(sql) ?? database.prepare(sql)
    prepared.set(sql, statement)
    return statement
  }
  return {
    name: 'SQLite',
    url: `sqlite:${path}`,
    query: async (sql, parameters) => prepare(sql).all(...(parameters as SQLInputValue[])),
    [Symbol.asyncDispose]: async () => {
      database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export async function openPostgres(): Promise<Database> {
  const postgres = await startPostgres()
  const url = `${postgres.url}/postgres`
  const pool = new Pool({ connectionString: url, max: 2 })
  // The database may close a connection before the pool does; without a listener that ends the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return {
    name: 'PostgreSQL',
    url,
    query: async (sql, parameters) => {
      let number = 0
      const text = sql.replaceAll('?', () => `$${++number}`)
      return (await pool.query<Record<string, unknown>>(text, [...parameters])).rows
    },
    [Symbol.asyncDispose]: async () => {
      await pool.end()
      await postgres.stop()
    },
  }
}
