import { setImmediate as turn } from 'node:timers/promises'
import {
  accumulate,
  errorChunk,
  isTerminal,
  type Message,
  type Problem,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import type { Kysely, Transaction } from 'kysely'
import { messageNotFound } from '../../../app-error.ts'
import type { Owner } from '../../../identity/owner.ts'
import type { Exchange, ReplyGrowth } from '../../../threads/thread-store.ts'
import { grow, type GrownReply, type Piece } from '../grown-reply.ts'
import type { Engine } from './engine.ts'
import { abandonedReplies } from './leases.ts'
import { limitOf } from './limit-of.ts'
import { ownedBy } from './owner-columns.ts'
import { messageColumns, messageOfRow } from './rows.ts'
import type { Schema } from './schema.ts'
import {
  keyOf,
  ReplyStatements,
  type EndedReply,
  type ReplyKey,
  type StoredPiece,
} from './reply-statements.ts'
import { rowOfRun } from './sql-runs.ts'
import { grownReplyOf, interruptionOf } from './stored-reply.ts'
import type { SqlDatabase } from './sql-database.ts'
import type { Transact } from './transact.ts'

/** A server that dies leaves thousands: together they may be more than there is memory for. */
const failedAtATime = 32

/**
 * Replies while they grow. What they have grown by is added beside the message's row, so that a long
 * reply costs no more than a short one; with its end the whole is put together and written to the row.
 */
export class SqlReplies {
  readonly #engine: Engine
  readonly #transact: Transact
  readonly #statements: ReplyStatements

  constructor({ db, engine, transact }: SqlDatabase) {
    this.#engine = engine
    this.#transact = transact
    this.#statements = new ReplyStatements(db, engine)
  }

  async save(transaction: Transaction<Schema>, growths: readonly ReplyGrowth[]): Promise<void> {
    const [ending, growing] = partition(growths, ({ chunks }) => chunks.some(isTerminal))
    if (growing.length > 0) await this.#statements.addGrowth(transaction, growing)
    if (ending.length > 0) await this.#end(transaction, ending)
  }

  /** Begins a reply again, under another run. @throws AppError `message_not_found` */
  async resume(
    transaction: Transaction<Schema>,
    owner: Owner,
    { threadId, run }: Exchange,
    { id, parts }: Pick<Message, 'id' | 'parts'>,
  ): Promise<void> {
    const resumed = await transaction
      .updateTable('messages')
      .set({ parts: JSON.stringify(parts), status: 'streaming', error: null, metadata: null })
      .set({ ...rowOfRun(run), interrupted: null })
      .where(ownedBy(owner))
      .where('thread_id', '=', threadId)
      .where('id', '=', id)
      .returning('sequence')
      .executeTakeFirst()
    if (resumed === undefined) throw messageNotFound(id)
    // What a writer that was interrupted has saved since.
    await transaction
      .deleteFrom('reply_growth')
      .where('message_sequence', '=', resumed.sequence)
      .execute()
  }

  /**
   * The messages, those that stream with what they have grown by.
   * @param db the transaction, within one: with SQLite it is the only connection
   */
  async grow(db: Kysely<Schema>, owner: Owner, messages: Message[]): Promise<Message[]> {
    const streaming = messages.filter(({ status }) => status === 'streaming')
    if (streaming.length === 0) return messages
    // In one look: a reply may be at its end by now.
    const rows = await db
      .selectFrom('messages as m')
      .leftJoin('reply_growth as g', 'g.message_sequence', 'm.sequence')
      .select(messageColumns.map((column) => `m.${column}` as const))
      .select(['g.position', 'g.chunks', 'm.interrupted'])
      .where('m.workspace_id', '=', owner.workspaceId)
      .where('m.user_id', '=', owner.userId)
      .where(
        'm.id',
        'in',
        streaming.map(({ id }) => id),
      )
      .orderBy('g.position')
      .execute()
    const rowsById = Map.groupBy(rows, (row) => row.id)
    return messages.map((message) => {
      const [first, ...more] = rowsById.get(message.id) ?? []
      if (first === undefined) return message
      const { parts, metadata } = grow(grownReplyOf(first), piecesOf([first, ...more])).reply
      return { ...messageOfRow(first), parts: [...parts], metadata }
    })
  }

  /** @returns their runs */
  async failAbandoned(serverId: string, problem: Problem): Promise<string[]> {
    const runIds: string[] = []
    for (;;) {
      const rows = await this.#transact((transaction) =>
        this.#failSome(transaction, serverId, problem),
      )
      runIds.push(...rows.flatMap((row) => row.run_id ?? []))
      if (rows.length < failedAtATime) return runIds
      // A database that is part of this process lets nobody else in meanwhile.
      await turn()
    }
  }

  async #failSome(transaction: Transaction<Schema>, serverId: string, problem: Problem) {
    const abandoned = abandonedReplies(transaction, this.#engine, serverId)
    // Another server may be closing the same ones, or their own may be alive: those are left to it.
    const locked = this.#engine === 'postgres' ? abandoned.forUpdate(['m']).skipLocked() : abandoned
    const rows = await locked
      .select(['m.workspace_id', 'm.user_id', 'm.id', 'm.run_id'])
      .limit(limitOf(failedAtATime))
      .execute()
    const keys = rows.map((row) => [row.workspace_id, row.user_id, row.id, row.run_id] as const)
    await this.#write(transaction, keys, (left, pieces) => {
      const grown = grow(left, pieces)
      const reply = accumulate(grown.reply, [errorChunk(problem)])
      return { reply, interruption: interruptionOf(grown) }
    })
    return rows
  }

  async #end(db: Kysely<Schema>, growths: readonly ReplyGrowth[]): Promise<void> {
    await this.#write(db, growths.map(keyOf), (stored, pieces, index) => {
      const last = growths[index] as ReplyGrowth
      return { reply: grow(stored, [...pieces, last]).reply }
    })
  }

  /** Puts replies together and writes them to their rows. */
  async #write(db: Kysely<Schema>, keys: readonly ReplyKey[], end: EndReply): Promise<void> {
    if (keys.length === 0) return
    const rows = await this.#statements.readPieces(db, keys)
    const stored = Map.groupBy(rows, ({ workspace_id, user_id, id, run_id }) =>
      JSON.stringify([workspace_id, user_id, id, run_id]),
    )
    const ended = keys.flatMap((key, index) => {
      const [first, ...more] = stored.get(JSON.stringify(key)) ?? []
      if (first === undefined) return []
      const pieces = piecesOf([first, ...more])
      return [{ sequence: first.sequence, ...end(grownReplyOf(first), pieces, index) }]
    })
    if (ended.length > 0) await this.#statements.end(db, ended)
  }
}

type EndReply = (
  stored: GrownReply,
  pieces: readonly Piece[],
  index: number,
) => Pick<EndedReply, 'reply' | 'interruption'>

function piecesOf(rows: readonly Pick<StoredPiece, 'position' | 'chunks'>[]): Piece[] {
  return rows.flatMap(({ position, chunks }) =>
    position === null || chunks === null
      ? []
      : [{ position, chunks: JSON.parse(chunks) as UIMessageChunk[] }],
  )
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  const first: T[] = []
  const second: T[] = []
  for (const item of items) (isFirst(item) ? first : second).push(item)
  return [first, second]
}
