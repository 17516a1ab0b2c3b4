import { sql, type Kysely, type RawBuilder } from 'kysely'
import { AppError } from '../../../app-error.ts'
import type { Owner } from '../../../identity/owner.ts'
import type { Exchange } from '../../../threads/thread-store.ts'
import type { Engine } from './engine.ts'
import { jsonTable } from './json-table.ts'
import { now } from './now.ts'
import { prepareQuery } from './prepared-query.ts'
import { messageColumns, rowOfMessage, threadColumns, type ThreadRow } from './rows.ts'
import type { MessageTable, Schema } from './schema.ts'
import { rowOfRun } from './sql-runs.ts'

interface NewThread extends Owner {
  readonly id: string
  readonly title: string | null
  readonly time: string
}

const insertedColumns = [
  'workspace_id',
  'user_id',
  'thread_id',
  ...messageColumns,
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
    const columns = sql.join(insertedColumns.map((name) => sql.ref(name)))
    const fields = sql.join(insertedColumns.map((_, index) => sql`r.value ->> ${sql.lit(index)}`))
    // Without a WHERE, SQLite parses `on conflict` as the ON of a join.
    // https://www.sqlite.org/lang_upsert.html#parsing_ambiguity
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
    const time = now()
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
      return insertedColumns.map((name) => row[name])
    })
    const added = await this.#insertMessages(db, { json: JSON.stringify(rows) })
    if (added.rows.length < messages.length)
      throw new AppError('id_taken', 'A message of this id exists in another thread.')
  }
}
