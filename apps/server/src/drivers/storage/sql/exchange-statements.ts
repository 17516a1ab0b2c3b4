import { sql, type Kysely } from 'kysely'
import { AppError, messageNotFound } from '../../../app-error.ts'
import type { Owner } from '../../../identity/owner.ts'
import type { Exchange } from '../../../threads/thread-store.ts'
import type { Engine } from './engine.ts'
import { now } from './now.ts'
import { ownedBy, type ThreadKey } from './owner-columns.ts'
import { prepareQuery } from './prepared-query.ts'
import { prepareRows } from './prepared-rows.ts'
import { messageColumns, rowOfMessage } from './rows.ts'
import type { MessageTable, Schema } from './schema.ts'
import { rowOfRun } from './sql-runs.ts'

interface NewThread extends Owner {
  readonly id: string
  readonly title: string | null
  readonly time: string
}

/** The message that the first of an exchange follows. */
interface Place extends ThreadKey {
  readonly parentId: string | null
}

export const insertedColumns = [
  'workspace_id',
  'user_id',
  'thread_id',
  ...messageColumns,
  'run_id',
  'run_name',
  'run_fingerprint',
  'server_id',
] as const satisfies (keyof MessageTable)[]

/** What every chat writes, and waits for before the model is asked. */
export class ExchangeStatements {
  readonly #insertThread
  readonly #touchThread
  readonly #insertMessages
  readonly #findMessage

  constructor(db: Kysely<Schema>, engine: Engine) {
    this.#insertThread = prepareQuery(db, (thread: NewThread) =>
      db
        .insertInto('threads')
        .values({
          workspace_id: thread.workspaceId,
          user_id: thread.userId,
          id: thread.id,
          title: thread.title,
          is_archived: 0,
          created_at: thread.time,
          updated_at: thread.time,
          last_message_at: thread.time,
        })
        .onConflict((conflict) => conflict.doNothing()),
    )
    this.#touchThread = prepareQuery(db, (thread: Owner & { id: string; time: string }) =>
      db
        .updateTable('threads')
        .set({ last_message_at: thread.time, updated_at: thread.time })
        .where(ownedBy(thread))
        .where('id', '=', thread.id),
    )
    const columns = sql.join(insertedColumns.map((name) => sql.ref(name)))
    // None of them where the message that the first one follows is not in the thread: it comes last in each row.
    this.#insertMessages = prepareRows(db, engine, (r) => {
      const parentId = r.text(insertedColumns.length)
      return sql`
        insert into messages (${columns}) select ${sql.join(insertedColumns.map((_, at) => r.text(at)))}
        from ${r.table}
        where cast(${parentId} as text) is null or exists (select 1 from messages p
          where p.workspace_id = ${r.text(0)} and p.user_id = ${r.text(1)}
            and p.thread_id = ${r.text(2)} and p.id = ${parentId})
        on conflict do nothing`
    })
    this.#findMessage = prepareQuery(db, (place: Place) =>
      db
        .selectFrom('messages')
        .select('id')
        .where(ownedBy(place))
        .where('thread_id', '=', place.threadId)
        .where('id', '=', place.parentId),
    )
  }

  /** @returns false where the owner has a thread of this id */
  async insertThread(
    db: Kysely<Schema>,
    owner: Owner,
    id: string,
    title: string | null = null,
    time = now(),
  ): Promise<boolean> {
    const { numAffectedRows } = await this.#insertThread(db, { ...owner, id, title, time })
    return numAffectedRows === 1n
  }

  /** Dates its last activity. @returns whether there is such a thread */
  async touchThread(db: Kysely<Schema>, owner: Owner, id: string): Promise<boolean> {
    const { numAffectedRows } = await this.#touchThread(db, { ...owner, id, time: now() })
    return numAffectedRows === 1n
  }

  /** @throws AppError `id_taken`, and `message_not_found` where the first one's parent is not there */
  async insertMessages(db: Kysely<Schema>, owner: Owner, exchange: Exchange): Promise<void> {
    const { threadId, messages } = exchange
    const parentId = messages[0]?.parent_id ?? null
    const rows = rowsOf(owner, exchange).map((row) => [...row, parentId])
    const { changed } = await this.#insertMessages(db, rows)
    if (changed === messages.length) return
    const place = { ...owner, threadId, parentId }
    if (parentId !== null && (await this.#findMessage(db, place)).rows.length === 0)
      throw messageNotFound(parentId)
    throw new AppError('id_taken', 'A message of this id exists in another thread.')
  }
}

/** Its messages as rows of `insertedColumns`. */
export function rowsOf(owner: Owner, { threadId, messages, run }: Exchange): unknown[][] {
  return messages.map((message) => {
    const runOf = message.status === 'streaming' ? run : undefined
    const row = { ...rowOfMessage(owner, threadId, message), ...rowOfRun(runOf) }
    return insertedColumns.map((name) => row[name])
  })
}
