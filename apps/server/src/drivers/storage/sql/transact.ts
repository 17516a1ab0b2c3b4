import type { Kysely, Transaction } from 'kysely'
import { storageUnavailable } from '../../../app-error.ts'
import type { Schema } from './schema.ts'

/** Runs the work in a transaction: all of it, or nothing. */
export type Transact = <T>(work: (transaction: Transaction<Schema>) => Promise<T>) => Promise<T>

const maxAttempts = 5

const parentGone = '23503'
/**
 * What PostgreSQL answers where transactions got in each other's way: rolled back for another, or a deadlock,
 * and a parent row that was deleted between two statements. SQLite has one writer, and none of them.
 */
const rolledBack = new Set(['40001', '40P01', parentGone])

/**
 * Runs work in a transaction, again where another one got in its way. It throws AppError
 * `storage_unavailable` where others got in its way each time.
 */
export function transactIn(db: Kysely<Schema>): Transact {
  return async (work) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await db.transaction().execute(work)
      } catch (error) {
        if (!isRolledBack(error)) throw error
        if (attempt < maxAttempts) continue
        throw codeOf(error) === parentGone ? error : storageUnavailable(error)
      }
    }
  }
}

/** Whether another one got in the way, so that it may go well the next time. */
export function isRolledBack(error: unknown): boolean {
  return rolledBack.has(codeOf(error))
}

/** @returns SQLSTATE, or what else is named as the error's code; '' where none is */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
