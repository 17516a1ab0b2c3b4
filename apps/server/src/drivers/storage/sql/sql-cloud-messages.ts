import type { Message } from '@assistant-ui-proxy/contract'
import { sql, type Kysely, type UpdateObject } from 'kysely'
import type {
  AddedMessage,
  CloudMessageContent,
  CloudMessageRecord,
  CloudMessages,
  NewCloudMessageRecord,
  TreeNode,
} from '../../../cloud/cloud-store.ts'
import type { Owner } from '../../../identity/owner.ts'
import { now } from './now.ts'
import { columnsOf, ownedBy } from './owner-columns.ts'
import { messageColumns, messageOfRow } from './rows.ts'
import type { Schema } from './schema.ts'
import { SqlReplies } from './sql-replies.ts'
import type { SqlDatabase } from './sql-database.ts'
import type { Transact } from './transact.ts'

/** `CloudMessages` over the database of a `SqlThreadStore`. */
export class SqlCloudMessages implements CloudMessages {
  readonly #db: Kysely<Schema>
  readonly #transact: Transact
  readonly #replies: SqlReplies

  constructor(database: SqlDatabase) {
    this.#db = database.db
    this.#transact = database.transact
    this.#replies = new SqlReplies(database)
  }

  listTree(owner: Owner, threadId: string): Promise<TreeNode[]> {
    return this.#messages(this.#db, owner, threadId)
      .select(['id', 'parent_id', 'created_at'])
      .orderBy('sequence')
      .execute()
  }

  async get(owner: Owner, threadId: string, ids: readonly string[]): Promise<CloudMessageRecord[]> {
    if (ids.length === 0) return []
    const rows = await this.#messages(this.#db, owner, threadId)
      .select([...messageColumns, 'external_id', 'format', 'content', 'updated_at'])
      .where('id', 'in', ids)
      .execute()
    const messages = await this.#replies.grow(this.#db, owner, rows.map(messageOfRow))
    return rows.flatMap((row, index) => {
      const message = messages[index]
      if (message === undefined) return []
      return {
        ...message,
        external_id: row.external_id,
        format: row.format,
        content: row.content === null ? null : (JSON.parse(row.content) as unknown),
        updated_at: row.updated_at ?? row.created_at,
      }
    })
  }

  add(
    owner: Owner,
    threadId: string,
    message: NewCloudMessageRecord,
    isSame: (stored: Message) => boolean,
  ): Promise<AddedMessage> {
    return this.#transact(async (transaction) => {
      // First, since it locks the row: messages of one thread come one after another.
      if (!(await touch(transaction, owner, threadId))) return 'thread_not_found'
      const messages = () => this.#messages(transaction, owner, threadId)
      const { external_id, parent_external_id } = message
      if (external_id !== null) {
        const known = await messages()
          .select('id')
          .where(({ or, eb }) =>
            or([eb('external_id', '=', external_id), eb('id', '=', external_id)]),
          )
          .executeTakeFirst()
        if (known !== undefined) return { id: known.id, isNew: false }
      }
      let parentId = message.parent_id
      if (parentId !== null || parent_external_id !== null) {
        const parent = await messages()
          .select('id')
          .where(
            parentId === null
              ? sql<boolean>`external_id = ${parent_external_id}`
              : sql<boolean>`id = ${parentId}`,
          )
          .executeTakeFirst()
        if (parent === undefined) return 'message_not_found'
        parentId = parent.id
      }
      const own = await messages()
        .select(messageColumns)
        .where('parent_id', parentId === null ? 'is' : '=', parentId)
        .where('role', '=', message.role)
        .where('format', 'is', null)
        .where('is_reported', '=', 0)
        .orderBy('sequence', 'desc')
        .execute()
      const grown = await this.#replies.grow(transaction, owner, own.map(messageOfRow))
      const same = grown.find(isSame)
      if (same !== undefined) {
        await changeMessage(transaction, owner, threadId, same.id, { is_reported: 1 })
        return { id: same.id, isNew: false }
      }
      await transaction
        .insertInto('messages')
        .values({
          ...columnsOf(owner),
          thread_id: threadId,
          id: message.id,
          parent_id: parentId,
          role: message.role,
          parts: JSON.stringify(message.parts),
          status: 'complete',
          created_at: now(),
          external_id,
          format: message.format,
          content: JSON.stringify(message.content),
          is_reported: 1,
        })
        .execute()
      await touch(transaction, owner, threadId, { last_message_at: now() })
      return { id: message.id, isNew: true }
    })
  }

  change(
    owner: Owner,
    threadId: string,
    messageId: string,
    { role, parts, format, content }: CloudMessageContent,
  ): Promise<boolean> {
    return changeMessage(this.#db, owner, threadId, messageId, {
      role,
      parts: JSON.stringify(parts),
      format,
      content: JSON.stringify(content),
      updated_at: now(),
      is_indexed: 0,
      is_reported: 1,
    })
  }

  delete(owner: Owner, threadId: string, ids: readonly string[]): Promise<number> {
    return this.#transact(async (transaction) => {
      if (!(await touch(transaction, owner, threadId))) return 0
      const tree = await this.#messages(transaction, owner, threadId)
        .select(['id', 'parent_id'])
        .orderBy('sequence')
        .execute()
      const there = new Set(tree.map(({ id }) => id))
      const gone = new Set(ids.filter((id) => there.has(id)))
      if (gone.size === 0) return 0
      /** Of each message, parents first: the nearest that stays, itself or above it. */
      const nearest = new Map<string, string | null>()
      for (const { id, parent_id } of tree) {
        const above = parent_id === null ? null : (nearest.get(parent_id) ?? null)
        nearest.set(id, gone.has(id) ? above : id)
        if (!gone.has(id) && parent_id !== null && gone.has(parent_id))
          await changeMessage(transaction, owner, threadId, id, { parent_id: above })
      }
      // First, as those that index them do: what they are indexed as until then goes with them.
      await transaction
        .deleteFrom('messages')
        .where(ownedBy(owner))
        .where('thread_id', '=', threadId)
        .where('id', 'in', [...gone])
        .execute()
      await transaction
        .deleteFrom('search_documents')
        .where(ownedBy(owner))
        .where('thread_id', '=', threadId)
        .where('message_id', 'in', [...gone])
        .execute()
      return gone.size
    })
  }

  #messages(db: Kysely<Schema>, owner: Owner, threadId: string) {
    return db.selectFrom('messages').where(ownedBy(owner)).where('thread_id', '=', threadId)
  }
}

/** Locks the thread's row. @returns whether there is such a thread */
async function touch(
  db: Kysely<Schema>,
  owner: Owner,
  threadId: string,
  change: { last_message_at?: string } = {},
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('threads')
    .set({ updated_at: now(), ...change })
    .where(ownedBy(owner))
    .where('id', '=', threadId)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** @returns whether there was such a message */
async function changeMessage(
  db: Kysely<Schema>,
  owner: Owner,
  threadId: string,
  messageId: string,
  change: UpdateObject<Schema, 'messages'>,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('messages')
    .set(change)
    .where(ownedBy(owner))
    .where('thread_id', '=', threadId)
    .where('id', '=', messageId)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
