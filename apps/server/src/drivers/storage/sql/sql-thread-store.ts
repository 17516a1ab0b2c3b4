import {
  isTerminal,
  type ListThreadsQuery,
  type Message,
  type Problem,
  type Thread,
  type ThreadUpdate,
} from '@assistant-ui-proxy/contract'
import { sql, type Kysely, type Transaction, type UpdateObject } from 'kysely'
import { AppError } from '../../../app-error.ts'
import type { Owner } from '../../../identity/owner.ts'
import type {
  Exchange,
  ReplyGrowth,
  StoredRun,
  ThreadStore,
} from '../../../threads/thread-store.ts'
import type { Engine } from './engine.ts'
import { renewLease } from './leases.ts'
import {
  messageColumns,
  messageOfRow,
  rowOfMessage,
  threadColumns,
  threadOfRow,
  type MessageRow,
  type ThreadRow,
} from './rows.ts'
import type { Schema } from './schema.ts'
import { SqlReplies } from './sql-replies.ts'
import { findRun, makeWayForRun, rowOfRun } from './sql-runs.ts'
import { transact, type Transact } from './transact.ts'

const pingTimeoutMs = 2_000

/** `ThreadStore` over any database that Kysely has a dialect for and `migrate` has run on. */
export class SqlThreadStore implements ThreadStore {
  readonly #db: Kysely<Schema>
  readonly #engine: Engine
  readonly #transactLazily: Transact
  readonly #replies: SqlReplies

  /** @param transactLazily for what may reach the disk a moment later; by default nothing may */
  constructor(
    db: Kysely<Schema>,
    engine: Engine,
    transactLazily: Transact = (work) => transact(db, work),
  ) {
    this.#db = db
    this.#engine = engine
    this.#transactLazily = transactLazily
    this.#replies = new SqlReplies(db, engine)
  }

  async listThreads(owner: Owner, query: ListThreadsQuery): Promise<Thread[]> {
    let select = this.#threads(owner)
      .select(threadColumns)
      .where('is_archived', '=', query.is_archived ? 1 : 0)
      .orderBy('last_message_at', 'desc')
      .orderBy('id', 'desc')
      .limit(query.limit)
    if (query.after !== undefined) {
      const last = await this.getThread(owner, query.after)
      if (last === undefined)
        throw new AppError(
          'invalid_request',
          'The page cannot be continued: start the list anew.',
          {
            errors: [{ path: 'query.after', message: 'names no thread' }],
          },
        )
      select = select.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('last_message_at', 'id'), '<', tuple(last.last_message_at, last.id)),
      )
    }
    const rows = await select.execute()
    return rows.map(threadOfRow)
  }

  async createThread(owner: Owner, thread: { id: string; title: string | null }): Promise<Thread> {
    const row = await insertThread(this.#db, owner, thread.id, thread.title)
    if (row === undefined) throw new AppError('id_taken', `The thread ${thread.id} exists already.`)
    return threadOfRow(row)
  }

  async getThread(owner: Owner, threadId: string): Promise<Thread | undefined> {
    const row = await this.#threads(owner)
      .select(threadColumns)
      .where('id', '=', threadId)
      .executeTakeFirst()
    return row && threadOfRow(row)
  }

  updateThread(owner: Owner, threadId: string, update: ThreadUpdate): Promise<Thread | undefined> {
    return this.#changeThread(owner, threadId, {
      ...(update.title !== undefined && { title: storable(update.title), is_title_indexed: 0 }),
      ...(update.is_archived !== undefined && { is_archived: update.is_archived ? 1 : 0 }),
    })
  }

  titleThread(owner: Owner, threadId: string, title: string): Promise<Thread | undefined> {
    return this.#changeThread(owner, threadId, {
      title: sql`coalesce(title, ${storable(title)})`,
      is_title_indexed: 0,
    })
  }

  async deleteThread(owner: Owner, threadId: string): Promise<boolean> {
    const { numDeletedRows } = await transact(this.#db, (transaction) =>
      transaction
        .deleteFrom('threads')
        .where('workspace_id', '=', owner.workspaceId)
        .where('user_id', '=', owner.userId)
        .where('id', '=', threadId)
        .executeTakeFirst(),
    )
    return numDeletedRows > 0n
  }

  async listMessages(owner: Owner, threadId: string, limit?: number): Promise<Message[]> {
    const newestFirst = this.#messages(owner, threadId)
      .select(messageColumns)
      .orderBy('sequence', 'desc')
    const rows = await (limit === undefined ? newestFirst : newestFirst.limit(limit)).execute()
    return this.#replies.grow(owner, rows.toReversed().map(messageOfRow))
  }

  async listBranch(owner: Owner, threadId: string, messageId: string): Promise<Message[]> {
    const owned = sql`m.workspace_id = ${owner.workspaceId} and m.user_id = ${owner.userId}
      and m.thread_id = ${threadId}`
    const columns = sql.raw(messageColumns.map((column) => `m.${column}`).join(', '))
    const { rows } = await sql<MessageRow>`
      with recursive branch as (
        select ${columns}, m.sequence from messages m where ${owned} and m.id = ${messageId}
        union all
        select ${columns}, m.sequence from messages m join branch b on m.id = b.parent_id where ${owned}
      )
      select * from branch order by sequence`.execute(this.#db)
    return this.#replies.grow(owner, rows.map(messageOfRow))
  }

  async findMessages(owner: Owner, threadId: string, ids: readonly string[]): Promise<Message[]> {
    if (ids.length === 0) return []
    const rows = await this.#messages(owner, threadId)
      .select(messageColumns)
      .where('id', 'in', ids)
      .execute()
    return this.#replies.grow(owner, rows.map(messageOfRow))
  }

  async addExchange(owner: Owner, exchange: Exchange): Promise<void> {
    const { threadId, messages, resumed, run } = exchange
    await this.#transactLazily(async (transaction) => {
      const isNew = (await insertThread(transaction, owner, threadId, null)) !== undefined
      if (!isNew) {
        // First, since it locks the row: exchanges of one thread come one after another.
        await touchThread(transaction, owner, threadId)
        if (run) await makeWayForRun(transaction, owner, threadId, run)
      }
      if (messages.length > 0) await insertMessages(transaction, owner, exchange)
      if (resumed) await resumeReply(transaction, owner, exchange, resumed)
    })
  }

  findRun(owner: Owner, threadId: string, runId?: string): Promise<StoredRun | undefined> {
    return findRun(this.#db, owner, threadId, runId)
  }

  async saveReplies(growths: readonly ReplyGrowth[]): Promise<void> {
    if (growths.length === 0) return
    const save = (transaction: Transaction<Schema>) => this.#replies.save(transaction, growths)
    if (growths.some(({ chunks }) => chunks.some(isTerminal))) await transact(this.#db, save)
    else await this.#transactLazily(save)
  }

  renewLease(serverId: string, ttlMs: number): Promise<void> {
    return renewLease(this.#db, this.#engine, serverId, ttlMs)
  }

  failAbandoned(serverId: string, problem: Problem): Promise<string[]> {
    return this.#replies.failAbandoned(serverId, problem)
  }

  async ping(): Promise<void> {
    const query = sql`select 1`.execute(this.#db)
    // A database that fell silent may keep a query for long.
    using timer = deadline(pingTimeoutMs)
    await Promise.race([query, timer.passed])
  }

  async #changeThread(
    owner: Owner,
    threadId: string,
    change: UpdateObject<Schema, 'threads'>,
  ): Promise<Thread | undefined> {
    const row = await this.#db
      .updateTable('threads')
      .set({ ...change, updated_at: now() })
      .where('workspace_id', '=', owner.workspaceId)
      .where('user_id', '=', owner.userId)
      .where('id', '=', threadId)
      .returning(threadColumns)
      .executeTakeFirst()
    return row && threadOfRow(row)
  }

  #threads(owner: Owner) {
    return this.#db
      .selectFrom('threads')
      .where('workspace_id', '=', owner.workspaceId)
      .where('user_id', '=', owner.userId)
  }

  #messages(owner: Owner, threadId: string) {
    return this.#db
      .selectFrom('messages')
      .where('workspace_id', '=', owner.workspaceId)
      .where('user_id', '=', owner.userId)
      .where('thread_id', '=', threadId)
  }
}

/** @returns the new row, or `undefined` where the owner has a thread of this id */
function insertThread(
  db: Kysely<Schema>,
  owner: Owner,
  threadId: string,
  title: string | null,
): Promise<ThreadRow | undefined> {
  const time = now()
  return db
    .insertInto('threads')
    .values({
      workspace_id: owner.workspaceId,
      user_id: owner.userId,
      id: threadId,
      title: title === null ? null : storable(title),
      is_archived: 0,
      created_at: time,
      updated_at: time,
      last_message_at: time,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning(threadColumns)
    .executeTakeFirst()
}

async function touchThread(db: Kysely<Schema>, owner: Owner, threadId: string): Promise<void> {
  await db
    .updateTable('threads')
    .set({ last_message_at: now(), updated_at: now() })
    .where('workspace_id', '=', owner.workspaceId)
    .where('user_id', '=', owner.userId)
    .where('id', '=', threadId)
    .execute()
}

/** @throws AppError `id_taken` */
async function insertMessages(
  db: Kysely<Schema>,
  owner: Owner,
  { threadId, messages, run }: Exchange,
): Promise<void> {
  const added = await db
    .insertInto('messages')
    .values(
      messages.map((message) => ({
        ...rowOfMessage(owner, threadId, message),
        ...rowOfRun(message.status === 'streaming' ? run : undefined),
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .execute()
  if (added.length < messages.length)
    throw new AppError('id_taken', 'A message of this id exists in another thread.')
}

async function resumeReply(
  db: Kysely<Schema>,
  owner: Owner,
  { threadId, run }: Exchange,
  { id, parts }: Pick<Message, 'id' | 'parts'>,
): Promise<void> {
  await db
    .updateTable('messages')
    .set({ parts: JSON.stringify(parts), status: 'streaming', error: null, metadata: null })
    .set(rowOfRun(run))
    .where('workspace_id', '=', owner.workspaceId)
    .where('user_id', '=', owner.userId)
    .where('thread_id', '=', threadId)
    .where('id', '=', id)
    .execute()
}

function deadline(ms: number) {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
  return { passed: promise, [Symbol.dispose]: () => clearTimeout(timer) }
}

/** PostgreSQL's text holds no NUL, and a title needs none. */
function storable(title: string): string {
  return title.replaceAll('\0', '')
}

function now(): string {
  return new Date().toISOString()
}
