import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Owner } from '../../../identity/owner.ts'
import type { Exchange } from '../../../threads/thread-store.ts'
import { insertedColumns, rowsOf } from './exchange-statements.ts'
import { jsonTable } from './json-table.ts'
import { now } from './now.ts'
import { ownedBy } from './owner-columns.ts'
import { prepareQuery } from './prepared-query.ts'
import type { Schema } from './schema.ts'
import { codeOf, isRolledBack } from './transact.ts'

interface AtOnce extends Owner {
  readonly threadId: string
  readonly parentId: string | null
  readonly time: string
  readonly json: string
}

const uniqueViolation = '23505'

/**
 * Stores an exchange in one statement of PostgreSQL, where step by step each step is a way to the database
 * and back while the thread's row is locked. That is enough for what happens as a rule: where anything is in
 * the way, nothing is stored, and the steps tell what it is.
 */
export class ExchangeAtOnce {
  readonly #db: Kysely<Schema>
  readonly #begin
  readonly #goOn

  constructor(db: Kysely<Schema>) {
    this.#db = db
    this.#begin = prepareQuery(db, (values: AtOnce) => {
      const { workspaceId, userId, threadId, time } = values
      const thread = sql`
        insert into threads (workspace_id, user_id, id, is_archived, created_at, updated_at, last_message_at)
        values (${workspaceId}, ${userId}, ${threadId}, 0, ${time}, ${time}, ${time})
        on conflict do nothing returning 1`
      return withMessages(thread, values)
    })
    this.#goOn = prepareQuery(db, (values: AtOnce) => {
      const { threadId, parentId, time } = values
      const thread = sql`
        update threads set last_message_at = ${time}, updated_at = ${time}
        where ${ownedBy(values)} and id = ${threadId}
          and (cast(${parentId} as text) is null or exists (select 1 from messages p
            where p.workspace_id = threads.workspace_id and p.user_id = threads.user_id
              and p.thread_id = threads.id and p.id = ${parentId}))
        returning 1`
      return withMessages(thread, values)
    })
  }

  /** @returns whether the thread was made, with all that is in the exchange */
  async begin(owner: Owner, exchange: Exchange): Promise<boolean> {
    // There is nothing yet that the first could follow.
    if (exchange.messages[0]?.parent_id !== null) return false
    return this.#store(this.#begin, owner, exchange)
  }

  /** @returns whether all that is in the exchange was added to the thread */
  async goOn(owner: Owner, exchange: Exchange): Promise<boolean> {
    if (exchange.resumed !== undefined) return false
    return this.#store(this.#goOn, owner, exchange)
  }

  async #store(
    statement: ReturnType<typeof prepareQuery<AtOnce, unknown>>,
    owner: Owner,
    exchange: Exchange,
  ): Promise<boolean> {
    const { threadId, messages } = exchange
    if (messages.length === 0) return false
    const parentId = messages[0]?.parent_id ?? null
    const json = JSON.stringify(rowsOf(owner, exchange))
    try {
      const values = { ...owner, threadId, parentId, time: now(), json }
      const { numAffectedRows } = await statement(this.#db, values)
      return numAffectedRows === BigInt(messages.length)
    } catch (error) {
      if (codeOf(error) === uniqueViolation || isRolledBack(error)) return false
      throw error
    }
  }
}

/** @param thread gives a row where the messages may be added */
function withMessages(thread: RawBuilder<unknown>, { json }: AtOnce): RawBuilder<unknown> {
  const columns = sql.join(insertedColumns.map((name) => sql.ref(name)))
  const values = sql.join(insertedColumns.map((_, at) => sql`r.value ->> ${sql.lit(at)}`))
  return sql`
    with thread as (${thread})
    insert into messages (${columns}) select ${values}
    from ${jsonTable('postgres', json)} where exists (select 1 from thread)`
}
