import type { Message } from '@assistant-ui-proxy/contract'
import { sql, type Kysely, type Selectable, type UpdateObject } from 'kysely'
import type {
  AddedMessage,
  CloudMessageContent,
  CloudMessageRecord,
  CloudStore,
  CloudThreadChange,
  CloudThreadQuery,
  CloudThreadRecord,
  NewCloudMessage,
  NewCloudThread,
  Report,
  ReportQuery,
  TreeNode,
} from '../../../cloud/cloud-store.ts'
import type { Owner } from '../../../identity/owner.ts'
import type { Engine } from './engine.ts'
import { ownedBy } from './owned-by.ts'
import { jsonOrNull, messageColumns, messageOfRow, threadColumns, threadOfRow } from './rows.ts'
import type { Schema, ThreadTable } from './schema.ts'
import { SqlReplies } from './sql-replies.ts'
import { transact } from './transact.ts'

const cloudThreadColumns = [
  ...threadColumns,
  'workspace_id',
  'user_id',
  'external_id',
  'metadata',
] as const

/** `CloudStore` over the database of a `SqlThreadStore`. */
export class SqlCloudStore implements CloudStore {
  readonly #db: Kysely<Schema>
  readonly #replies: SqlReplies

  constructor(db: Kysely<Schema>, engine: Engine) {
    this.#db = db
    this.#replies = new SqlReplies(db, engine)
  }

  async listThreads(
    owner: Owner | undefined,
    { limit, is_archived, after, external_id }: CloudThreadQuery,
  ): Promise<CloudThreadRecord[]> {
    let select = this.#db
      .selectFrom('threads')
      .select(cloudThreadColumns)
      .where('is_archived', '=', is_archived ? 1 : 0)
      .orderBy('last_message_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
    if (owner !== undefined) select = select.where(ownedBy(owner))
    if (external_id !== undefined) select = select.where('external_id', '=', external_id)
    const lastOwner = after === undefined ? undefined : (owner ?? (await this.findOwner(after)))
    const last = lastOwner && after && (await this.getThread(lastOwner, after))
    if (last)
      select = select.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('last_message_at', 'id'), '<', tuple(last.last_message_at, last.id)),
      )
    return (await select.execute()).map(recordOfThread)
  }

  async getThread(owner: Owner, threadId: string): Promise<CloudThreadRecord | undefined> {
    const row = await this.#db
      .selectFrom('threads')
      .select(cloudThreadColumns)
      .where(ownedBy(owner))
      .where('id', '=', threadId)
      .executeTakeFirst()
    return row && recordOfThread(row)
  }

  async findOwner(threadId: string): Promise<Owner | undefined> {
    const row = await this.#db
      .selectFrom('threads')
      .select(['workspace_id', 'user_id'])
      .where('id', '=', threadId)
      .orderBy('last_message_at', 'desc')
      .executeTakeFirst()
    return row && ownerOfRow(row)
  }

  async addThread(owner: Owner, thread: NewCloudThread): Promise<string> {
    const time = now()
    const added = await this.#db
      .insertInto('threads')
      .values({
        ...columnsOf(owner),
        ...thread,
        metadata: jsonOrNull(thread.metadata),
        is_archived: 0,
        created_at: time,
        updated_at: time,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst()
    if (added !== undefined) return added.id
    const { id } = await this.#db
      .selectFrom('threads')
      .select('id')
      .where(ownedBy(owner))
      .where('external_id', '=', thread.external_id)
      .executeTakeFirstOrThrow()
    return id
  }

  async changeThread(owner: Owner, threadId: string, change: CloudThreadChange): Promise<boolean> {
    const { title, is_archived, metadata, last_message_at } = change
    const { numUpdatedRows } = await this.#db
      .updateTable('threads')
      .set({
        updated_at: now(),
        ...(title !== undefined && { title, is_title_indexed: 0 }),
        ...(is_archived !== undefined && { is_archived: is_archived ? 1 : 0 }),
        ...(metadata !== undefined && { metadata: jsonOrNull(metadata) }),
        ...(last_message_at !== undefined && { last_message_at }),
      })
      .where(ownedBy(owner))
      .where('id', '=', threadId)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  listTree(owner: Owner, threadId: string): Promise<TreeNode[]> {
    return this.#messages(this.#db, owner, threadId)
      .select(['id', 'parent_id', 'created_at'])
      .orderBy('sequence')
      .execute()
  }

  async getMessages(
    owner: Owner,
    threadId: string,
    ids: readonly string[],
  ): Promise<CloudMessageRecord[]> {
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

  addMessage(
    owner: Owner,
    threadId: string,
    message: NewCloudMessage,
    isSame: (stored: Message) => boolean,
  ): Promise<AddedMessage> {
    return transact(this.#db, async (transaction) => {
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

  changeMessage(
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

  deleteMessages(owner: Owner, threadId: string, ids: readonly string[]): Promise<number> {
    return transact(this.#db, async (transaction) => {
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
      await transaction
        .deleteFrom('search_documents')
        .where(ownedBy(owner))
        .where('thread_id', '=', threadId)
        .where('message_id', 'in', [...gone])
        .execute()
      await transaction
        .deleteFrom('messages')
        .where(ownedBy(owner))
        .where('thread_id', '=', threadId)
        .where('id', 'in', [...gone])
        .execute()
      return gone.size
    })
  }

  async addReports(reports: readonly Report[]): Promise<void> {
    await transact(this.#db, async (transaction) => {
      for (const { kind, owner, thread_id, message_id } of reports)
        if (kind === 'feedback')
          await transaction
            .deleteFrom('reports')
            .where(ownedBy(owner))
            .where('kind', '=', kind)
            .where('thread_id', '=', thread_id)
            .where('message_id', '=', message_id)
            .execute()
      const rows = reports.map(({ owner, body, ...report }) => ({
        ...report,
        ...columnsOf(owner),
        body: JSON.stringify(body),
      }))
      await transaction.insertInto('reports').values(rows).execute()
    })
  }

  async listReports({ kind, thread_id, limit, after }: ReportQuery): Promise<Report[]> {
    let select = this.#db
      .selectFrom('reports')
      .selectAll()
      .where('kind', '=', kind)
      .orderBy('sequence', 'desc')
      .limit(limit)
    if (thread_id !== undefined) select = select.where('thread_id', '=', thread_id)
    if (after !== undefined)
      select = select.where(
        'sequence',
        '<',
        this.#db.selectFrom('reports').select('sequence').where('id', '=', after),
      )
    return (await select.execute()).map(reportOfRow)
  }

  erase(owner: Owner): Promise<number> {
    return transact(this.#db, async (transaction) => {
      // What belongs to the threads goes with them.
      const { numDeletedRows } = await transaction
        .deleteFrom('threads')
        .where(ownedBy(owner))
        .executeTakeFirst()
      await transaction.deleteFrom('reports').where(ownedBy(owner)).execute()
      await transaction.deleteFrom('anonymous_sessions').where(ownedBy(owner)).execute()
      return Number(numDeletedRows)
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

function columnsOf({ workspaceId, userId }: Owner) {
  return { workspace_id: workspaceId, user_id: userId }
}

function ownerOfRow(row: { workspace_id: string; user_id: string }): Owner {
  return { workspaceId: row.workspace_id, userId: row.user_id }
}

function recordOfThread(
  row: Pick<Selectable<ThreadTable>, (typeof cloudThreadColumns)[number]>,
): CloudThreadRecord {
  const { workspace_id, user_id, external_id, metadata, ...thread } = row
  return {
    ...threadOfRow(thread),
    owner: { workspaceId: workspace_id, userId: user_id },
    external_id,
    metadata: metadata === null ? undefined : (JSON.parse(metadata) as unknown),
  }
}

function reportOfRow(row: Selectable<Schema['reports']>): Report {
  const { id, kind, thread_id, message_id, created_at } = row
  return {
    id,
    kind: kind as Report['kind'],
    owner: ownerOfRow(row),
    thread_id,
    message_id,
    body: JSON.parse(row.body) as unknown,
    created_at,
  }
}

function now(): string {
  return new Date().toISOString()
}
