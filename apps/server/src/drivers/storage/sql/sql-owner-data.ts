import { setImmediate as turn } from 'node:timers/promises'
import { sql, type Transaction } from 'kysely'
import { AppError } from '../../../app-error.ts'
import type { Owner } from '../../../identity/owner.ts'
import type { Engine } from './engine.ts'
import { tableOf } from './json-table.ts'
import { limitOf } from './limit-of.ts'
import { ownedBy } from './owner-columns.ts'
import { threadColumns } from './rows.ts'
import type { Schema } from './schema.ts'
import type { SqlDatabase } from './sql-database.ts'

// What somebody has: threads, and with them their messages and what is searched of those; reports, with a
// thread or without; files; and the sessions that are the ways in.

const movedColumns = [...threadColumns, 'external_id', 'metadata'] as const

/** So many in a transaction: streams wait while a database that is part of this process writes. */
const threadsPerErasure = 10
const reportsPerErasure = 500

/**
 * Gives all that somebody has to another, in the transaction, and takes the ways in.
 * @returns how many threads
 * @throws AppError `run_in_progress`: what a reply grows by is written under its owner's name
 * @throws AppError `id_taken` where both have a thread, or a message, of one id
 */
export async function moveData(
  db: Transaction<Schema>,
  engine: Engine,
  from: Owner,
  to: Owner,
): Promise<number> {
  // Locked, so that nothing is said in them meanwhile; what is begun meanwhile stays where it is.
  const threads = await db
    .updateTable('threads')
    .set(({ ref }) => ({ updated_at: ref('updated_at') }))
    .where(ownedBy(from))
    .returning('id')
    .execute()
  const ids = tableOf(
    engine,
    threads.map(({ id }) => [id]),
  )
  const isMoved = (column: 'id' | 'thread_id') =>
    sql<boolean>`${sql.ref(column)} in (select r.value ->> 0 from ${ids})`
  const going = await db
    .selectFrom('messages')
    .select('id')
    .where(ownedBy(from))
    .where('status', '=', sql.lit('streaming'))
    .where(isMoved('thread_id'))
    .executeTakeFirst()
  if (going !== undefined)
    throw new AppError('run_in_progress', 'A reply is being written: claim when it has ended.', {
      retry_after_ms: 1_000,
    })
  // Copied, since the messages refer to them. What is searched is found under its owner, so it is
  // indexed anew.
  const copied = await db
    .insertInto('threads')
    .columns(['workspace_id', 'user_id', ...movedColumns])
    .expression(({ selectFrom, val }) =>
      selectFrom('threads')
        .select([val(to.workspaceId).as('workspace_id'), val(to.userId).as('user_id')])
        .select(movedColumns)
        .where(ownedBy(from))
        .where(isMoved('id')),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .execute()
  const shared = await db
    .selectFrom('messages as mine')
    .innerJoin('messages as theirs', 'theirs.id', 'mine.id')
    .select('mine.id')
    .where('mine.workspace_id', '=', from.workspaceId)
    .where('mine.user_id', '=', from.userId)
    .where('theirs.workspace_id', '=', to.workspaceId)
    .where('theirs.user_id', '=', to.userId)
    .limit(limitOf(1))
    .execute()
  if (shared.length > 0 || copied.length < threads.length)
    throw new AppError('id_taken', 'Both have a thread, or a message, of the same id.')
  await db
    .updateTable('messages')
    .set({ workspace_id: to.workspaceId, user_id: to.userId, is_indexed: 0 })
    .where(ownedBy(from))
    .where(isMoved('thread_id'))
    .execute()
  await db
    .updateTable('reports')
    .set({ workspace_id: to.workspaceId, user_id: to.userId })
    .where(ownedBy(from))
    .where(({ or, eb }) => or([eb('thread_id', 'is', null), isMoved('thread_id')]))
    .execute()
  await db
    .updateTable('files')
    .set({ workspace_id: to.workspaceId, user_id: to.userId })
    .where(ownedBy(from))
    .execute()
  await db.deleteFrom('threads').where(ownedBy(from)).where(isMoved('id')).execute()
  await db.deleteFrom('anonymous_sessions').where(ownedBy(from)).execute()
  return threads.length
}

/**
 * Takes all that somebody has but files, whose bytes are elsewhere. Little by little, since it may be a
 * great deal: where it breaks off, what is gone stays gone, and the next call goes on.
 * @returns how many threads
 */
export async function eraseData(database: SqlDatabase, owner: Owner): Promise<number> {
  const threads = await deleteAll(database, owner, 'threads', threadsPerErasure)
  await deleteAll(database, owner, 'reports', reportsPerErasure)
  await database.db.deleteFrom('anonymous_sessions').where(ownedBy(owner)).execute()
  return threads
}

/** What refers to the rows goes with them. @returns how many there were */
async function deleteAll(
  { db, transact }: SqlDatabase,
  owner: Owner,
  table: 'threads' | 'reports',
  limit: number,
): Promise<number> {
  for (let count = 0; ;) {
    const rows = await db
      .selectFrom(table)
      .select('id')
      .where(ownedBy(owner))
      .limit(limitOf(limit))
      .execute()
    if (rows.length === 0) return count
    const ids = rows.map(({ id }) => id)
    const { numDeletedRows } = await transact((transaction) =>
      transaction.deleteFrom(table).where(ownedBy(owner)).where('id', 'in', ids).executeTakeFirst(),
    )
    count += Number(numDeletedRows)
    await turn()
  }
}
