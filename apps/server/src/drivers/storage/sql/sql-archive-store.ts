import { setImmediate as turn } from 'node:timers/promises'
import type { Insertable, Kysely } from 'kysely'
import type {
  ArchivedMessage,
  ArchivedReport,
  ArchivedThread,
} from '../../../archive/archive-record.ts'
import type { ArchiveStore } from '../../../archive/archive-store.ts'
import { ownIdFor } from '../../../identity/own-id.ts'
import type { Owner } from '../../../identity/owner.ts'
import type { Engine } from './engine.ts'
import { limitOf } from './limit-of.ts'
import { lockThread } from './lock-thread.ts'
import { columnsOf, ownedBy } from './owner-columns.ts'
import { jsonOrNull, messageColumns, messageOfRow, threadColumns, threadOfRow } from './rows.ts'
import type { MessageTable, Schema } from './schema.ts'
import { SqlReplies } from './sql-replies.ts'
import type { SqlDatabase } from './sql-database.ts'
import type { Transact } from './transact.ts'

/** Streams wait while a database that is part of this process writes. */
const messagesPerInsert = 40
const reportsPerPage = 500

/** An id is in use: the transaction that found it is undone. */
class IdTaken extends Error {
  override readonly name = 'IdTaken'
}

/** `ArchiveStore` over the database of a `SqlThreadStore`. */
export class SqlArchiveStore implements ArchiveStore {
  readonly #db: Kysely<Schema>
  readonly #engine: Engine
  readonly #transact: Transact
  readonly #replies: SqlReplies

  constructor(database: SqlDatabase) {
    this.#db = database.db
    this.#transact = database.transact
    this.#engine = database.engine
    this.#replies = new SqlReplies(database)
  }

  async listThreads(owner: Owner, after = '', limit: number): Promise<ArchivedThread[]> {
    const rows = await this.#db
      .selectFrom('threads')
      .select([...threadColumns, 'external_id', 'metadata'])
      .where(ownedBy(owner))
      .where('id', '>', after)
      .orderBy('id')
      .limit(limitOf(limit))
      .execute()
    return rows.map(({ external_id, metadata, ...row }) => ({
      type: 'thread',
      ...threadOfRow(row),
      external_id,
      metadata: parse(metadata),
    }))
  }

  async listMessages(owner: Owner, threadId: string): Promise<ArchivedMessage[]> {
    const rows = await this.#db
      .selectFrom('messages')
      .select([...messageColumns, 'external_id', 'format', 'content', 'updated_at', 'is_reported'])
      .where(ownedBy(owner))
      .where('thread_id', '=', threadId)
      .orderBy('sequence')
      .execute()
    const messages = await this.#replies.grow(this.#db, owner, rows.map(messageOfRow))
    return rows.flatMap((row, index) => {
      const message = messages[index]
      if (message === undefined) return []
      return {
        type: 'message',
        thread_id: threadId,
        ...message,
        status: message.status === 'streaming' ? 'stopped' : message.status,
        updated_at: row.updated_at,
        external_id: row.external_id,
        format: row.format,
        content: parse(row.content) ?? null,
        is_reported: row.is_reported === 1,
      }
    })
  }

  async *listReports(owner: Owner): AsyncGenerator<ArchivedReport[]> {
    for (let after = 0; ;) {
      const rows = await this.#db
        .selectFrom('reports')
        .selectAll()
        .where(ownedBy(owner))
        .where('sequence', '>', after)
        .orderBy('sequence')
        .limit(limitOf(reportsPerPage))
        .execute()
      yield rows.map(({ id, kind, thread_id, message_id, body, created_at }) => ({
        type: 'report',
        id,
        kind: kind as ArchivedReport['kind'],
        thread_id,
        message_id,
        body: parse(body),
        created_at,
      }))
      const last = rows.at(-1)
      if (last === undefined || rows.length < reportsPerPage) return
      after = last.sequence
    }
  }

  async addThread(
    owner: Owner,
    thread: ArchivedThread,
    messages: readonly ArchivedMessage[],
  ): Promise<boolean> {
    try {
      await this.#transact(async (transaction) => {
        const added = await transaction
          .insertInto('threads')
          .values({
            ...columnsOf(owner),
            id: thread.id,
            title: thread.title,
            is_archived: thread.is_archived ? 1 : 0,
            created_at: thread.created_at,
            updated_at: thread.updated_at,
            last_message_at: thread.last_message_at,
            external_id: thread.external_id,
            metadata: jsonOrNull(thread.metadata),
          })
          .onConflict((conflict) => conflict.doNothing())
          .returning('id')
          .execute()
        if (added.length === 0) throw new IdTaken()
        for (let at = 0; at < messages.length; at += messagesPerInsert) {
          const rows = messages
            .slice(at, at + messagesPerInsert)
            .map((message) => rowOf(owner, message))
          const inserted = await transaction
            .insertInto('messages')
            .values(rows)
            .onConflict((conflict) => conflict.doNothing())
            .returning('id')
            .execute()
          if (inserted.length < rows.length) throw new IdTaken()
          await turn()
        }
      })
      return true
    } catch (error) {
      if (error instanceof IdTaken) return false
      throw error
    }
  }

  addReport(owner: Owner, report: ArchivedReport): Promise<boolean> {
    const { id, kind, thread_id, message_id, body, created_at } = report
    const row = {
      ...columnsOf(owner),
      kind,
      thread_id,
      message_id,
      created_at,
      body: JSON.stringify(body),
    }
    const ownId = ownIdFor(owner, id)
    return this.#transact(async (transaction) => {
      const isThere =
        thread_id === null || (await lockThread(transaction, this.#engine, owner, thread_id))
      if (!isThere) return false
      const known = await transaction
        .selectFrom('reports')
        .select('id')
        .where(ownedBy(owner))
        .where('id', 'in', [id, ownId])
        .executeTakeFirst()
      if (known !== undefined) return false
      // Nobody learns from this that the id is another owner's.
      for (const free of [id, ownId]) {
        const added = await transaction
          .insertInto('reports')
          .values({ ...row, id: free })
          .onConflict((conflict) => conflict.doNothing())
          .returning('id')
          .executeTakeFirst()
        if (added !== undefined) return true
      }
      return false
    })
  }
}

function rowOf(owner: Owner, message: ArchivedMessage): Insertable<MessageTable> {
  const { type: _, parts, error, metadata, content, is_reported, ...row } = message
  return {
    ...columnsOf(owner),
    ...row,
    parts: JSON.stringify(parts),
    error: jsonOrNull(error),
    metadata: jsonOrNull(metadata),
    content: jsonOrNull(content),
    is_reported: is_reported ? 1 : 0,
  }
}

function parse(json: string | null): unknown {
  return json === null ? undefined : (JSON.parse(json) as unknown)
}
