import type { Message } from '@assistant-ui-proxy/contract'
import { sql, type Kysely } from 'kysely'
import type { Owner } from '../../../identity/owner.ts'
import { jsonTable } from './json-table.ts'
import { limitOf } from './limit-of.ts'
import { ownedBy, type ThreadKey } from './owner-columns.ts'
import { prepareQuery } from './prepared-query.ts'
import { messageColumns, messageOfRow, type MessageRow } from './rows.ts'
import type { Schema } from './schema.ts'
import type { SqlDatabase } from './sql-database.ts'
import type { SqlReplies } from './sql-replies.ts'

/** Where all are wanted. */
const maxLimit = Number.MAX_SAFE_INTEGER

const columnsOfM = sql.raw(messageColumns.map((column) => `m.${column}`).join(', '))

/** What is read of a thread's messages: replies that grow, as far as they have. */
export class SqlMessages {
  readonly #db: Kysely<Schema>
  readonly #replies: SqlReplies
  readonly #newest
  readonly #branch
  readonly #named

  constructor({ db, engine }: SqlDatabase, replies: SqlReplies) {
    this.#db = db
    this.#replies = replies
    this.#newest = prepareQuery(db, (values: ThreadKey & { limit: number }) =>
      db
        .selectFrom('messages')
        .select(messageColumns)
        .where(ownedBy(values))
        .where('thread_id', '=', values.threadId)
        .orderBy('sequence', 'desc')
        .limit(limitOf(values.limit)),
    )
    // Parents come before children, so that it ends even where somebody's archive has them in a circle.
    // SQLite keeps the order of a cross join: else it reads the whole thread for each message of the branch.
    this.#branch = prepareQuery(
      db,
      (values: ThreadKey & { id: string }) => sql<MessageRow>`
        with recursive branch as (
          select ${columnsOfM}, m.sequence from messages m where ${isIn(values)} and m.id = ${values.id}
          union all
          select ${columnsOfM}, m.sequence from branch b cross join messages m
          where ${isIn(values)} and m.id = b.parent_id and m.sequence < b.sequence
        )
        select * from branch order by sequence`,
    )
    // In this order, as above: a few ids are looked up, and not the whole thread read.
    this.#named = prepareQuery(
      db,
      (values: ThreadKey & { ids: string }) => sql<MessageRow>`
        select ${columnsOfM} from ${jsonTable(engine, values.ids)} cross join messages m
        where ${isIn(values)} and m.id = r.value ->> 0`,
    )
  }

  async list(owner: Owner, threadId: string, limit = maxLimit): Promise<Message[]> {
    const { rows } = await this.#newest(this.#db, { ...owner, threadId, limit })
    return this.#read(owner, rows.toReversed())
  }

  async listBranch(owner: Owner, threadId: string, id: string): Promise<Message[]> {
    const { rows } = await this.#branch(this.#db, { ...owner, threadId, id })
    return this.#read(owner, rows)
  }

  async find(owner: Owner, threadId: string, ids: readonly string[]): Promise<Message[]> {
    if (ids.length === 0) return []
    const named = JSON.stringify([...new Set(ids)].map((id) => [id]))
    const { rows } = await this.#named(this.#db, { ...owner, threadId, ids: named })
    return this.#read(owner, rows)
  }

  #read(owner: Owner, rows: readonly MessageRow[]): Promise<Message[]> {
    return this.#replies.grow(this.#db, owner, rows.map(messageOfRow))
  }
}

/** That a message `m` is in the thread. */
function isIn({ workspaceId, userId, threadId }: ThreadKey) {
  return sql<boolean>`m.workspace_id = ${workspaceId} and m.user_id = ${userId} and m.thread_id = ${threadId}`
}
