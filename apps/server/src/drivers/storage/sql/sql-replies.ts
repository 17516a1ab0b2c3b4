import {
  accumulate,
  emptyReply,
  errorChunk,
  isTerminal,
  type Message,
  type MessagePart,
  type Problem,
  type Reply,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely'
import type { Owner } from '../../../identity/owner.ts'
import type { ReplyGrowth } from '../../../threads/thread-store.ts'
import type { Engine } from './engine.ts'
import { jsonField, jsonValue, tableOf } from './json-table.ts'
import { clockOf } from './leases.ts'
import { jsonOrNull, messageColumns, messageOfRow } from './rows.ts'
import type { Schema } from './schema.ts'
import { transact } from './transact.ts'

/**
 * Replies while they grow. What they have grown by is added beside the message's row, so that a long
 * reply costs no more than a short one; with its end the whole is put together and written to the row.
 */
export class SqlReplies {
  readonly #db: Kysely<Schema>
  readonly #engine: Engine

  constructor(db: Kysely<Schema>, engine: Engine) {
    this.#db = db
    this.#engine = engine
  }

  async save(transaction: Transaction<Schema>, growths: readonly ReplyGrowth[]): Promise<void> {
    const [ending, growing] = partition(growths, ({ chunks }) => chunks.some(isTerminal))
    if (growing.length > 0) await this.#addGrowth(transaction, growing)
    if (ending.length > 0) await this.#end(transaction, ending)
  }

  /** The messages, those that stream with what they have grown by. */
  async grow(owner: Owner, messages: Message[]): Promise<Message[]> {
    const streaming = messages.filter(({ status }) => status === 'streaming')
    if (streaming.length === 0) return messages
    // In one look: a reply may be at its end by now.
    const rows = await this.#db
      .selectFrom('messages as m')
      .leftJoin('reply_growth as g', 'g.message_sequence', 'm.sequence')
      .select(messageColumns.map((column) => `m.${column}` as const))
      .select('g.chunks')
      .where('m.workspace_id', '=', owner.workspaceId)
      .where('m.user_id', '=', owner.userId)
      .where(
        'm.id',
        'in',
        streaming.map(({ id }) => id),
      )
      .orderBy('g.sequence')
      .execute()
    const chunks = Map.groupBy(rows, (row) => row.id)
    return messages.map((message) => {
      const [first, ...more] = chunks.get(message.id) ?? []
      if (first === undefined) return message
      const read = messageOfRow(first)
      const grown = [first, ...more].flatMap((row) => parseChunks(row.chunks))
      const { parts, metadata } = accumulate({ ...emptyReply, ...contentOf(read) }, grown)
      return { ...read, parts: [...parts], metadata }
    })
  }

  /** @returns their runs */
  async failAbandoned(serverId: string, problem: Problem): Promise<string[]> {
    return transact(this.#db, async (transaction) => {
      const abandoned = this.#abandoned(transaction, serverId)
      // Another server may be closing the same ones: first the locks, then a look at what it wrote.
      const locked =
        this.#engine === 'postgres' ? abandoned.orderBy('m.sequence').forUpdate(['m']) : abandoned
      const rows = await locked
        .select(['m.workspace_id', 'm.user_id', 'm.id', 'm.run_id'])
        .execute()
      const left = rows.map((row) => ({
        owner: { workspaceId: row.workspace_id, userId: row.user_id },
        messageId: row.id,
        chunks: [errorChunk(problem)],
      }))
      if (left.length > 0) await this.#end(transaction, left)
      return rows.flatMap((row) => row.run_id ?? [])
    })
  }

  #abandoned(transaction: Transaction<Schema>, serverId: string) {
    return transaction
      .selectFrom('messages as m')
      .where('m.status', '=', sql.lit('streaming'))
      .where((eb) => eb.or([eb('m.server_id', 'is', null), eb('m.server_id', '<>', serverId)]))
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('leases as l')
              .select('l.server_id')
              .whereRef('l.server_id', '=', 'm.server_id')
              .where('l.expires_at_ms', '>', clockOf(this.#engine)),
          ),
        ),
      )
  }

  /** From the messages' rows, so that one that is gone by now takes none. */
  async #addGrowth(db: Kysely<Schema>, growths: readonly ReplyGrowth[]): Promise<void> {
    const rows = growths.map((growth) => [...keyOf(growth), jsonValue(this.#engine, growth.chunks)])
    // In PostgreSQL a thread may be deleted at this moment: a locked row stays, one that is gone is skipped.
    const lock = this.#engine === 'sqlite' ? sql`` : sql`for key share of m`
    await sql`
      insert into reply_growth (message_sequence, chunks)
      select m.sequence, ${jsonField(this.#engine, 3)}
      from ${tableOf(this.#engine, rows)}
      join messages m on ${isMessage}
      ${lock}
    `.execute(db)
  }

  async #end(db: Kysely<Schema>, growths: readonly ReplyGrowth[]): Promise<void> {
    const { rows } = await sql<StoredReply>`
      select m.sequence, m.workspace_id, m.user_id, m.id, m.parts, m.metadata, g.chunks
      from ${tableOf(this.#engine, growths.map(keyOf))}
      join messages m on ${isMessage}
      left join reply_growth g on g.message_sequence = m.sequence
      order by g.sequence
    `.execute(db)
    const stored = Map.groupBy(rows, (row) =>
      JSON.stringify([row.workspace_id, row.user_id, row.id]),
    )
    const ended = growths.flatMap((growth) => {
      const [first, ...more] = stored.get(JSON.stringify(keyOf(growth))) ?? []
      if (first === undefined) return []
      const { parts, status, metadata, problem } = endOf([first, ...more], growth)
      const json = jsonValue(this.#engine, parts)
      return [[first.sequence, json, status, jsonOrNull(metadata), jsonOrNull(problem)]]
    })
    if (ended.length === 0) return
    await sql`
      update messages set parts = ${jsonField(this.#engine, 1)}, status = r.value ->> 2, metadata = r.value ->> 3,
        error = r.value ->> 4, is_indexed = 0
      from ${tableOf(this.#engine, ended)}
      where messages.sequence = ${this.#sequenceOf}
    `.execute(db)
    await sql`
      delete from reply_growth where message_sequence in (
        select ${this.#sequenceOf} from ${tableOf(
          this.#engine,
          ended.map(([sequence]) => [sequence]),
        )})
    `.execute(db)
  }

  get #sequenceOf(): RawBuilder<unknown> {
    return this.#engine === 'sqlite' ? sql`r.value ->> 0` : sql`(r.value ->> 0)::bigint`
  }
}

interface StoredReply {
  readonly sequence: number | string
  readonly workspace_id: string
  readonly user_id: string
  readonly id: string
  readonly parts: string
  readonly metadata: string | null
  readonly chunks: string | null
}

/** Of a row of `keyOf`. */
const isMessage = sql`m.workspace_id = r.value ->> 0 and m.user_id = r.value ->> 1
  and m.id = r.value ->> 2`

function keyOf({ owner, messageId }: ReplyGrowth) {
  return [owner.workspaceId, owner.userId, messageId] as const
}

function endOf(rows: readonly [StoredReply, ...StoredReply[]], { chunks }: ReplyGrowth): Reply {
  const [first] = rows
  const metadata = first.metadata === null ? undefined : (JSON.parse(first.metadata) as unknown)
  const begun: Reply = {
    ...emptyReply,
    parts: JSON.parse(first.parts) as MessagePart[],
    metadata,
  }
  const grown = rows.flatMap((row) => parseChunks(row.chunks))
  return accumulate(begun, [...grown, ...chunks])
}

function contentOf({ parts, metadata }: Message): Pick<Reply, 'parts' | 'metadata'> {
  return { parts, metadata }
}

function parseChunks(chunks: string | null): UIMessageChunk[] {
  return chunks === null ? [] : (JSON.parse(chunks) as UIMessageChunk[])
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  const first: T[] = []
  const second: T[] = []
  for (const item of items) (isFirst(item) ? first : second).push(item)
  return [first, second]
}
