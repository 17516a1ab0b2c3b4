import { sql, type Kysely, type RawBuilder } from 'kysely'
import { AppError } from '../../../app-error.ts'
import type { Owner } from '../../../identity/owner.ts'
import type { Exchange } from '../../../threads/thread-store.ts'
import type { Engine } from './engine.ts'
import { jsonTable } from './json-table.ts'
import { prepareQuery } from './prepared-query.ts'
import { rowOfMessage, threadColumns, type ThreadRow } from './rows.ts'
import type { MessageTable, Schema } from './schema.ts'
import { rowOfRun } from './sql-runs.ts'

interface NewThread extends Owner {
  readonly id: string
  readonly title: string | null
  readonly time: string
}

const messageColumns = [
  'workspace_id',
  'user_id',
  'thread_id',
  'id',
  'parent_id',
  'role',
  'parts',
  'status',
  'error',
  'metadata',
  'created_at',
  'run_id',
  'run_name',
  'run_fingerprint',
  'server_id',
] as const satisfies (keyof MessageTable)[]

/** What every chat inserts, and waits for before the model is asked. */
export class ExchangeInserts {
  readonly #insertThread
  readonly #insertMessages

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
        .onConflict((conflict) => conflict.doNothing())
        .returning(threadColumns),
    )
    const columns = sql.join(messageColumns.map((name) => sql.ref(name)))
    const fields = sql.join(messageColumns.map((_, index) => sql`r.value ->> ${sql.lit(index)}`))
    // Without `where true`, SQLite takes `on conflict` for what a join is on.
    this.#insertMessages = prepareQuery(
      db,
      ({ json }: { json: string }): RawBuilder<{ id: string }> => sql`
      insert into messages (${columns}) select ${fields} from ${jsonTable(engine, json)} where true
      on conflict do nothing returning id`,
    )
  }

  /** @returns the new row, or `undefined` where the owner has a thread of this id */
  async thread(
    db: Kysely<Schema>,
    owner: Owner,
    id: string,
    title: string | null,
  ): Promise<ThreadRow | undefined> {
    const time = new Date().toISOString()
    const { rows } = await this.#insertThread(db, { ...owner, id, title, time })
    return rows[0]
  }

  /** @throws AppError `id_taken` */
  async messages(
    db: Kysely<Schema>,
    owner: Owner,
    { threadId, messages, run }: Exchange,
  ): Promise<void> {
    const rows = messages.map((message) => {
      const runOf = message.status === 'streaming' ? run : undefined
      const row = { ...rowOfMessage(owner, threadId, message), ...rowOfRun(runOf) }
      return messageColumns.map((name) => row[name])
    })
    const added = await this.#insertMessages(db, { json: JSON.stringify(rows) })
    if (added.rows.length < messages.length)
      throw new AppError('id_taken', 'A message of this id exists in another thread.')
  }
}
