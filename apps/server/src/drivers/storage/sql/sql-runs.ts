import type { MessageStatus } from '@assistant-ui-proxy/contract'
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Owner } from '../../../identity/owner.ts'
import { RunConflict, type RunClaim, type StoredRun } from '../../../threads/thread-store.ts'
import { ownedBy, type ThreadKey } from './owner-columns.ts'
import { prepareQuery } from './prepared-query.ts'
import type { MessageTable, Schema } from './schema.ts'

const runColumns = [
  'id',
  'status',
  'run_id',
  'run_name',
  'run_fingerprint',
] as const satisfies (keyof MessageTable)[]

/** The runs that a database knows of. */
export class SqlRuns {
  readonly #db: Kysely<Schema>
  readonly #going
  readonly #named
  readonly #withId

  constructor(db: Kysely<Schema>) {
    this.#db = db
    const runsOf = (values: ThreadKey) =>
      db
        .selectFrom('messages')
        .select(runColumns)
        .where(ownedBy(values))
        .where('thread_id', '=', values.threadId)
    this.#going = prepareQuery(db, (values: ThreadKey) =>
      runsOf(values).where('status', '=', sql.lit('streaming')).where('run_id', 'is not', null),
    )
    this.#named = prepareQuery(db, (values: ThreadKey & { name: string }) =>
      runsOf(values).where('run_name', '=', values.name),
    )
    this.#withId = prepareQuery(db, (values: ThreadKey & { runId: string }) =>
      runsOf(values).where('run_id', '=', values.runId),
    )
  }

  /** The thread's run of this id, or the one that goes on in it. */
  async find(
    owner: Owner,
    threadId: string,
    runId: string | undefined,
  ): Promise<StoredRun | undefined> {
    const { rows } =
      runId === undefined
        ? await this.#going(this.#db, { ...owner, threadId })
        : await this.#withId(this.#db, { ...owner, threadId, runId })
    return rows[0] && toRun(rows[0])
  }

  /**
   * Makes room for a run in a thread whose row this transaction has locked. A failed run of the same
   * name gives the name up.
   * @throws RunConflict where another is in the way
   */
  async makeWay(
    transaction: Transaction<Schema>,
    owner: Owner,
    threadId: string,
    { name }: RunClaim,
  ): Promise<void> {
    const thread = { ...owner, threadId }
    const [named] =
      name === undefined ? [] : (await this.#named(transaction, { ...thread, name })).rows
    if (named !== undefined && named.status !== 'failed') throw new RunConflict(toRun(named))
    const [going] = (await this.#going(transaction, thread)).rows
    if (going !== undefined) throw new RunConflict(toRun(going))
    if (named === undefined) return
    await transaction
      .updateTable('messages')
      .set({ run_name: null })
      .where(ownedBy(owner))
      .where('id', '=', named.id)
      .execute()
  }
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

function toRun(row: Pick<MessageTable, (typeof runColumns)[number]>): StoredRun {
  return {
    replyId: row.id,
    status: row.status as MessageStatus,
    runId: row.run_id ?? '',
    name: row.run_name ?? undefined,
    fingerprint: row.run_fingerprint ?? '',
  }
}
