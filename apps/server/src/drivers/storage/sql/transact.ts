import type { Kysely, Transaction } from 'kysely'
import type { Schema } from './schema.ts'

/** Runs the work in a transaction: all of it, or nothing. */
export type Transact = <T>(work: (transaction: Transaction<Schema>) => Promise<T>) => Promise<T>

const maxAttempts = 5

/**
 * What PostgreSQL answers where transactions got in each other's way: a deadlock, and a parent row that
 * was deleted between two statements. SQLite has one writer, and neither.
 */
const clashes = new Set(['40P01', '23503'])

/** Runs the work in a transaction, again where another one got in its way. All of it, or nothing. */
export async function transact<T>(
  db: Kysely<Schema>,
  work: (transaction: Transaction<Schema>) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().execute(work)
    } catch (error) {
      if (attempt >= maxAttempts || !isClash(error)) throw error
    }
  }
}

/** The way to transact of a store that is given no other. */
export function transactIn(db: Kysely<Schema>): Transact {
  return (work) => transact(db, work)
}

function isClash(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    clashes.has(error.code)
  )
}
