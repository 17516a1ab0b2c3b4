import type { Message, MessagePart, Problem } from '@assistant-ui-proxy/contract'
import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely'
import type { Owner } from '../../../identity/owner.ts'
import type { ReplyProgress } from '../../../threads/thread-store.ts'
import type { Engine } from './engine.ts'
import { clockOf } from './leases.ts'
import { applyGrowth, growthBetween, type ReplyContent, type ReplyGrowth } from './reply-growth.ts'
import { jsonOrNull } from './rows.ts'
import type { Schema } from './schema.ts'
import { transact } from './transact.ts'

/**
 * Replies while they grow. The first state is written to the message's row, later ones as what came on
 * top; the end is written to the row again, and the growth is dropped.
 */
export class SqlReplies {
  readonly #db: Kysely<Schema>
  readonly #engine: Engine
  /** The last stored content of each reply that streams through here. */
  readonly #stored = new Map<string, ReplyContent>()

  constructor(db: Kysely<Schema>, engine: Engine) {
    this.#db = db
    this.#engine = engine
  }

  async save(progress: readonly ReplyProgress[]): Promise<void> {
    if (progress.length === 0) return
    try {
      await transact(this.#db, async (transaction) => {
        await addGrowth(
          transaction,
          this.#engine,
          progress.flatMap((each) => this.#growthOf(each) ?? []),
        )
        const whole = progress.filter((each) => !this.#isGrowing(each))
        await saveWhole(transaction, this.#engine, whole)
      })
    } catch (error) {
      // What is stored now is not known: the next states are written whole.
      for (const each of progress) this.#stored.delete(keyOf(each))
      throw error
    }
    for (const each of progress) {
      if (each.reply.status === 'streaming') this.#stored.set(keyOf(each), each.reply)
      else this.#stored.delete(keyOf(each))
    }
  }

  /** The messages, those that stream with what they have grown by. */
  async grow(owner: Owner, messages: Message[]): Promise<Message[]> {
    const ids = messages.filter(({ status }) => status === 'streaming').map(({ id }) => id)
    if (ids.length === 0) return messages
    const rows = await this.#db
      .selectFrom('reply_growth')
      .select(['message_id', 'growth'])
      .where('workspace_id', '=', owner.workspaceId)
      .where('user_id', '=', owner.userId)
      .where('message_id', 'in', ids)
      .orderBy('sequence')
      .execute()
    const grown = new Map<string, Message>(messages.map((message) => [message.id, message]))
    for (const { message_id, growth } of rows) {
      const message = grown.get(message_id)
      if (message) grown.set(message_id, withContent(message, applyGrowth(message, parse(growth))))
    }
    return messages.map((message) => grown.get(message.id) ?? message)
  }

  /** @returns their runs */
  async failAbandoned(serverId: string, problem: Problem): Promise<string[]> {
    return transact(this.#db, (transaction) => this.#failAbandoned(transaction, serverId, problem))
  }

  async #failAbandoned(
    transaction: Transaction<Schema>,
    serverId: string,
    problem: Problem,
  ): Promise<string[]> {
    const abandoned = transaction
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
    // Another server may be closing the same ones: first the locks, then a look at what it wrote.
    if (this.#engine === 'postgres')
      await abandoned.select('m.id').orderBy('m.sequence').forUpdate(['m']).execute()
    const rows = await abandoned
      .leftJoin('reply_growth as g', (join) =>
        join
          .onRef('g.workspace_id', '=', 'm.workspace_id')
          .onRef('g.user_id', '=', 'm.user_id')
          .onRef('g.message_id', '=', 'm.id'),
      )
      .select(['m.workspace_id', 'm.user_id', 'm.id', 'm.parts', 'm.metadata', 'm.run_id'])
      .select('g.growth')
      .orderBy('g.sequence')
      .execute()
    if (rows.length === 0) return []
    const failed = new Map<string, ReplyProgress>()
    const runIds = new Set<string>()
    for (const row of rows) {
      const owner = { workspaceId: row.workspace_id, userId: row.user_id }
      const key = keyOf({ owner, messageId: row.id })
      const content = failed.get(key)?.reply ?? {
        parts: JSON.parse(row.parts) as MessagePart[],
        metadata: row.metadata === null ? undefined : (JSON.parse(row.metadata) as unknown),
      }
      const grown = row.growth === null ? content : applyGrowth(content, parse(row.growth))
      failed.set(key, { owner, messageId: row.id, reply: brokenOff(grown, problem) })
      if (row.run_id !== null) runIds.add(row.run_id)
    }
    await saveWhole(transaction, this.#engine, [...failed.values()])
    return [...runIds]
  }

  /** A reply of which an earlier state is stored, and that is not at its end. */
  #isGrowing(progress: ReplyProgress): boolean {
    return progress.reply.status === 'streaming' && this.#stored.has(keyOf(progress))
  }

  #growthOf(progress: ReplyProgress): readonly [GrowthRow] | undefined {
    const stored = this.#stored.get(keyOf(progress))
    if (stored === undefined || !this.#isGrowing(progress)) return undefined
    const { owner, messageId, reply } = progress
    const growth = JSON.stringify(growthBetween(stored, reply))
    return [[owner.workspaceId, owner.userId, messageId, growth]]
  }
}

/** Workspace, user, message, growth. */
type GrowthRow = readonly [string, string, string, string]

/** From the messages' rows, so that one that is gone by now takes none. */
async function addGrowth(
  transaction: Transaction<Schema>,
  engine: Engine,
  rows: readonly GrowthRow[],
): Promise<void> {
  if (rows.length === 0) return
  // In PostgreSQL a thread may be deleted at this moment: a locked row stays, one that is gone is skipped.
  const lock = engine === 'sqlite' ? sql`` : sql`for key share of m`
  await sql`
    insert into reply_growth (workspace_id, user_id, message_id, growth)
    select m.workspace_id, m.user_id, m.id, r.value ->> 3
    from ${rowsOf(engine, rows)}
    join messages m on m.workspace_id = r.value ->> 0 and m.user_id = r.value ->> 1
      and m.id = r.value ->> 2
    ${lock}
  `.execute(transaction)
}

/** Workspace, user, message, parts, status, metadata, error. */
type WholeRow = readonly [string, string, string, string, string, string | null, string | null]

async function saveWhole(
  transaction: Transaction<Schema>,
  engine: Engine,
  progress: readonly ReplyProgress[],
): Promise<void> {
  if (progress.length === 0) return
  const rows = progress.map(({ owner, messageId, reply }): WholeRow => [
    owner.workspaceId,
    owner.userId,
    messageId,
    JSON.stringify(reply.parts),
    reply.status,
    jsonOrNull(reply.metadata),
    jsonOrNull(reply.problem),
  ])
  const source = rowsOf(engine, rows)
  await sql`
    update messages set parts = r.value ->> 3, status = r.value ->> 4,
      metadata = r.value ->> 5, error = r.value ->> 6, is_indexed = 0
    from ${source}
    where workspace_id = r.value ->> 0 and user_id = r.value ->> 1 and messages.id = r.value ->> 2
  `.execute(transaction)
  await sql`
    delete from reply_growth where (workspace_id, user_id, message_id) in (
      select r.value ->> 0, r.value ->> 1, r.value ->> 2 from ${source})
  `.execute(transaction)
}

/** Rows as a table of arrays: one statement for all, since a query costs more to build than its row. */
function rowsOf(engine: Engine, rows: readonly (readonly unknown[])[]): RawBuilder<unknown> {
  const json = JSON.stringify(rows)
  return engine === 'sqlite'
    ? sql`json_each(${json}) r`
    : sql`json_array_elements(${json}::json) r(value)`
}

function keyOf({ owner, messageId }: Pick<ReplyProgress, 'owner' | 'messageId'>): string {
  return JSON.stringify([owner.workspaceId, owner.userId, messageId])
}

function parse(growth: string): ReplyGrowth {
  return JSON.parse(growth) as ReplyGrowth
}

function withContent(message: Message, { parts, metadata }: ReplyContent): Message {
  return { ...message, parts: [...parts], metadata }
}

function brokenOff({ parts, metadata }: ReplyContent, problem: Problem): ReplyProgress['reply'] {
  return {
    parts: parts.map((part) =>
      part.type === 'text' || part.type === 'reasoning' ? { ...part, state: 'done' } : part,
    ),
    status: 'failed',
    metadata,
    problem,
  }
}
