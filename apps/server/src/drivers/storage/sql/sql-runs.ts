import type { MessageStatus } from '@assistant-ui-proxy/contract'
import { sql, type Kysely } from 'kysely'
import type { Owner } from '../../../identity/owner.ts'
import { RunConflict, type RunClaim, type StoredRun } from '../../../threads/thread-store.ts'
import { ownedBy } from './owner-columns.ts'
import type { MessageTable, Schema } from './schema.ts'

const runColumns = [
  'id',
  'status',
  'run_id',
  'run_name',
  'run_fingerprint',
] as const satisfies (keyof MessageTable)[]

/**
 * Makes room for a run in a thread whose row this transaction has locked. A failed run of the same
 * name gives the name up.
 * @throws RunConflict where another is in the way
 */
export async function makeWayForRun(
  db: Kysely<Schema>,
  owner: Owner,
  threadId: string,
  { name }: RunClaim,
): Promise<void> {
  const named =
    name === undefined
      ? undefined
      : await runsOf(db, owner, threadId).where('run_name', '=', name).executeTakeFirst()
  if (named !== undefined && named.status !== 'failed') throw new RunConflict(toRun(named))
  const going = await findGoing(db, owner, threadId)
  if (going !== undefined) throw new RunConflict(going)
  if (named === undefined) return
  await db
    .updateTable('messages')
    .set({ run_name: null })
    .where(ownedBy(owner))
    .where('id', '=', named.id)
    .execute()
}

export async function findRun(
  db: Kysely<Schema>,
  owner: Owner,
  threadId: string,
  runId: string | undefined,
): Promise<StoredRun | undefined> {
  if (runId === undefined) return findGoing(db, owner, threadId)
  const row = await runsOf(db, owner, threadId).where('run_id', '=', runId).executeTakeFirst()
  return row && toRun(row)
}

/** The columns of a reply that a run writes. */
export function rowOfRun(run: RunClaim | undefined) {
  return {
    run_id: run?.runId ?? null,
    run_name: run?.name ?? null,
    run_fingerprint: run?.fingerprint ?? null,
    server_id: run?.serverId ?? null,
  }
}

async function findGoing(
  db: Kysely<Schema>,
  owner: Owner,
  threadId: string,
): Promise<StoredRun | undefined> {
  const row = await runsOf(db, owner, threadId)
    .where('status', '=', sql.lit('streaming'))
    .where('run_id', 'is not', null)
    .executeTakeFirst()
  return row && toRun(row)
}

function runsOf(db: Kysely<Schema>, owner: Owner, threadId: string) {
  return db
    .selectFrom('messages')
    .select(runColumns)
    .where(ownedBy(owner))
    .where('thread_id', '=', threadId)
}

function toRun(row: Pick<MessageTable, (typeof runColumns)[number]>): StoredRun {
  return {
    replyId: row.id,
    status: row.status as MessageStatus,
    runId: row.run_id ?? '',
    name: row.run_name ?? undefined,
    fingerprint: row.run_fingerprint ?? '',
  }
}
