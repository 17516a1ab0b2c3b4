import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely'
import { onTestFinished } from 'vitest'
import { openPool } from '../../drivers/storage/sql/postgres-pool.ts'
import type { Schema } from '../../drivers/storage/sql/schema.ts'

interface Hold {
  readonly statement: RegExp
  readonly when: 'before' | 'after'
  readonly reached: PromiseWithResolvers<void>
  readonly released: PromiseWithResolvers<void>
}

/** A server's way to a database, in which its work can be held until another has done its own. */
export function openHeldPostgres(url: string) {
  const pool = openPool({ connectionString: url, max: 4 })
  const holds: Hold[] = []
  const asked: (readonly [sql: string, parameters: unknown[]])[] = []
  const pause = async (when: Hold['when'], sql: string) => {
    const index = holds.findIndex((each) => each.when === when && each.statement.test(sql))
    const [hold] = index < 0 ? [] : holds.splice(index, 1)
    hold?.reached.resolve()
    await hold?.released.promise
  }
  const connect = async (): Promise<PostgresPoolClient> => {
    const client = await pool.connect()
    const query = async (sql: string, parameters: unknown[]) => {
      asked.push([sql, parameters])
      await pause('before', sql)
      const result = await client.query(sql, parameters)
      await pause('after', sql)
      return result
    }
    // Nothing here reads with a cursor, which is its other form.
    return { query: query as never, release: () => client.release() }
  }
  const { options } = pool
  const dialect = new PostgresDialect({ pool: { options, connect, end: () => pool.end() } })
  const db = new Kysely<Schema>({ dialect })
  onTestFinished(() => db.destroy())
  /** Holds the next one of these statements. */
  const hold = (when: Hold['when'], statement: RegExp) => {
    const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    holds.push({ statement, when, reached, released })
    return { reached: reached.promise, release: released.resolve }
  }
  return { db, hold, asked }
}
