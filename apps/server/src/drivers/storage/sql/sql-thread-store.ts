import {
  isTerminal,
  type ListThreadsQuery,
  type Message,
  type Problem,
  type Thread,
  type ThreadUpdate,
} from '@assistant-ui-proxy/contract'
import { sql, type Kysely, type Transaction, type UpdateObject } from 'kysely'
import { AppError, pageNotFound } from '../../../app-error.ts'
import type { Owner } from '../../../identity/owner.ts'
import type {
  Exchange,
  ReplyGrowth,
  StoredRun,
  ThreadStore,
} from '../../../threads/thread-store.ts'
import type { Engine } from './engine.ts'
import { ExchangeAtOnce } from './exchange-at-once.ts'
import { ExchangeStatements } from './exchange-statements.ts'
import { renewLease } from './leases.ts'
import { limitOf } from './limit-of.ts'
import { now } from './now.ts'
import { ownedBy } from './owner-columns.ts'
import { threadColumns, threadOfRow } from './rows.ts'
import type { Schema } from './schema.ts'
import type { SqlDatabase } from './sql-database.ts'
import { SqlMessages } from './sql-messages.ts'
import { SqlReplies } from './sql-replies.ts'
import { SqlRuns } from './sql-runs.ts'
import type { Transact } from './transact.ts'

const pingTimeoutMs = 2_000

/** `ThreadStore` over any database that Kysely has a dialect for and `migrate` has run on. */
export class SqlThreadStore implements ThreadStore {
  readonly #db: Kysely<Schema>
  readonly #engine: Engine
  readonly #transact: Transact
  readonly #transactLazily: Transact
  readonly #replies: SqlReplies
  readonly #statements: ExchangeStatements
  /** Undefined where a step is a call. */
  readonly #atOnce: ExchangeAtOnce | undefined
  readonly #messages: SqlMessages
  readonly #runs: SqlRuns

  constructor(database: SqlDatabase) {
    const { db, engine, transact, transactLazily } = database
    this.#db = db
    this.#engine = engine
    this.#transact = transact
    this.#transactLazily = transactLazily
    this.#replies = new SqlReplies(database)
    this.#messages = new SqlMessages(database, this.#replies)
    this.#statements = new ExchangeStatements(db, engine)
    this.#atOnce = engine === 'postgres' ? new ExchangeAtOnce(db) : undefined
    this.#runs = new SqlRuns(db)
  }

  async listThreads(owner: Owner, query: ListThreadsQuery): Promise<Thread[]> {
    let select = this.#threads(owner)
      .select(threadColumns)
      .where('is_archived', '=', query.is_archived ? 1 : 0)
      .orderBy('last_message_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limitOf(query.limit))
    if (query.after !== undefined) {
      const last = await this.getThread(owner, query.after)
      if (last === undefined) throw pageNotFound()
      select = select.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('last_message_at', 'id'), '<', tuple(last.last_message_at, last.id)),
      )
    }
    const rows = await select.execute()
    return rows.map(threadOfRow)
  }

  async createThread(owner: Owner, thread: { id: string; title: string | null }): Promise<Thread> {
    const { id } = thread
    const title = thread.title === null ? null : storable(thread.title)
    const time = now()
    if (!(await this.#statements.insertThread(this.#db, owner, id, title, time)))
      throw new AppError('id_taken', `The thread ${id} exists already.`)
    const times = { created_at: time, updated_at: time, last_message_at: time }
    return { id, title, is_archived: false, ...times }
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

  titleIfUntitled(owner: Owner, threadId: string, title: string): Promise<Thread | undefined> {
    return this.#changeThread(owner, threadId, {
      title: sql`coalesce(title, ${storable(title)})`,
      is_title_indexed: 0,
    })
  }

  async deleteThread(owner: Owner, threadId: string): Promise<boolean> {
    const { numDeletedRows } = await this.#transact((transaction) =>
      transaction
        .deleteFrom('threads')
        .where(ownedBy(owner))
        .where('id', '=', threadId)
        .executeTakeFirst(),
    )
    return numDeletedRows > 0n
  }

  listMessages(owner: Owner, threadId: string, limit?: number): Promise<Message[]> {
    return this.#messages.list(owner, threadId, limit)
  }

  listBranch(owner: Owner, threadId: string, messageId: string): Promise<Message[]> {
    return this.#messages.listBranch(owner, threadId, messageId)
  }

  findMessages(owner: Owner, threadId: string, ids: readonly string[]): Promise<Message[]> {
    return this.#messages.find(owner, threadId, ids)
  }

  async beginThread(owner: Owner, exchange: Exchange): Promise<boolean> {
    if (await this.#atOnce?.begin(owner, exchange)) return true
    return this.#transactLazily(async (transaction) => {
      if (!(await this.#statements.insertThread(transaction, owner, exchange.threadId)))
        return false
      await this.#statements.insertMessages(transaction, owner, exchange)
      return true
    })
  }

  async addExchange(owner: Owner, exchange: Exchange): Promise<void> {
    if (await this.#atOnce?.goOn(owner, exchange)) return
    const { threadId, messages, resumed, run } = exchange
    await this.#transactLazily(async (transaction) => {
      // First, since it locks the row: exchanges of one thread come one after another.
      const isNew = await this.#addOrTouchThread(transaction, owner, threadId)
      if (run && !isNew) await this.#runs.makeWay(transaction, owner, threadId, run)
      if (messages.length > 0) await this.#statements.insertMessages(transaction, owner, exchange)
      if (resumed) await this.#replies.resume(transaction, owner, exchange, resumed)
    })
  }

  findRun(owner: Owner, threadId: string, runId?: string): Promise<StoredRun | undefined> {
    return this.#runs.find(owner, threadId, runId)
  }

  async saveReplies(growths: readonly ReplyGrowth[]): Promise<void> {
    if (growths.length === 0) return
    const save = (transaction: Transaction<Schema>) => this.#replies.save(transaction, growths)
    if (growths.some(({ chunks }) => chunks.some(isTerminal))) await this.#transact(save)
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

  /** @returns whether it was not there before */
  async #addOrTouchThread(
    transaction: Transaction<Schema>,
    owner: Owner,
    threadId: string,
  ): Promise<boolean> {
    // Again where it was deleted in between, as it may be in PostgreSQL.
    for (;;) {
      if (await this.#statements.insertThread(transaction, owner, threadId)) return true
      if (await this.#statements.touchThread(transaction, owner, threadId)) return false
    }
  }

  async #changeThread(
    owner: Owner,
    threadId: string,
    change: UpdateObject<Schema, 'threads'>,
  ): Promise<Thread | undefined> {
    const row = await this.#db
      .updateTable('threads')
      .set({ ...change, updated_at: now() })
      .where(ownedBy(owner))
      .where('id', '=', threadId)
      .returning(threadColumns)
      .executeTakeFirst()
    return row && threadOfRow(row)
  }

  #threads(owner: Owner) {
    return this.#db.selectFrom('threads').where(ownedBy(owner))
  }
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
