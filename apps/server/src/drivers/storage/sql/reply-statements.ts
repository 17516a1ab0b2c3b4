import type { Reply } from '@assistant-ui-proxy/contract'
import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { ReplyGrowth } from '../../../threads/thread-store.ts'
import type { Engine } from './engine.ts'
import { prepareRows, type Rows } from './prepared-rows.ts'
import { jsonOrNull } from './rows.ts'
import type { Schema } from './schema.ts'
import type { StoredReply } from './stored-reply.ts'

/** Names a reply and the run that writes it. */
export type ReplyKey = readonly [
  workspaceId: string,
  userId: string,
  id: string,
  runId: string | null,
]

/** A reply's row with a piece that it has grown by; a reply without any is one row. */
export interface StoredPiece extends StoredReply {
  readonly sequence: number | string
  readonly workspace_id: string
  readonly user_id: string
  readonly id: string
  readonly run_id: string | null
  readonly position: number | null
  readonly chunks: string | null
}

export interface EndedReply {
  readonly sequence: StoredPiece['sequence']
  readonly reply: Reply
  /** Where its writer had come to, if that did not end it. */
  readonly interruption?: object
}

/** What storing growing replies takes, again and again. */
export class ReplyStatements {
  readonly #insertGrowth
  readonly #selectPieces
  readonly #updateEnded
  readonly #deleteGrowth

  constructor(db: Kysely<Schema>, engine: Engine) {
    // In PostgreSQL the thread may be deleted at this moment, or another run take the reply over: a row that
    // is locked stays as it is, one that is gone or has changed is skipped.
    const lock = engine === 'sqlite' ? sql`` : sql`for no key update of m`
    // From the messages' rows, so that one that is gone by now takes none. Saved again it is as long or
    // longer; a write that was given up on may still come, after the next.
    this.#insertGrowth = prepareRows(
      db,
      engine,
      (r) => sql`
        insert into reply_growth (message_sequence, position, chunks)
        select m.sequence, ${r.integer(4)}, ${r.text(5)}
        from ${r.table} join messages m on ${isOpen(r)}
        where true
        ${lock}
        on conflict (message_sequence, position) do update set chunks = excluded.chunks
        where length(excluded.chunks) > length(reply_growth.chunks)`,
    )
    this.#selectPieces = prepareRows<StoredPiece>(
      db,
      engine,
      (r) => sql`
        select m.sequence, m.workspace_id, m.user_id, m.id, m.run_id, m.parts, m.metadata, m.interrupted,
          g.position, g.chunks
        from ${r.table} join messages m on ${isOpen(r)}
        left join reply_growth g on g.message_sequence = m.sequence
        order by g.position
        ${lock}`,
    )
    this.#updateEnded = prepareRows(
      db,
      engine,
      (r) => sql`
        update messages set parts = ${r.text(1)}, status = ${r.text(2)}, metadata = ${r.text(3)},
          error = ${r.text(4)}, interrupted = ${r.text(5)}, is_indexed = 0
        from ${r.table} where messages.sequence = ${r.integer(0)}`,
    )
    this.#deleteGrowth = prepareRows(
      db,
      engine,
      (r) => sql`
        delete from reply_growth where message_sequence in (select ${r.integer(0)} from ${r.table})`,
    )
  }

  async addGrowth(db: Kysely<Schema>, growths: readonly ReplyGrowth[]): Promise<void> {
    await this.#insertGrowth(
      db,
      growths.map((growth) => [...keyOf(growth), growth.position, JSON.stringify(growth.chunks)]),
    )
  }

  /** Of the replies whose writers have not ended them, in the order of the pieces' places. */
  async readPieces(db: Kysely<Schema>, keys: readonly ReplyKey[]): Promise<readonly StoredPiece[]> {
    return (await this.#selectPieces(db, keys)).found
  }

  async end(db: Kysely<Schema>, replies: readonly EndedReply[]): Promise<void> {
    const rows = replies.map(({ sequence, reply, interruption }) => {
      const { parts, status, metadata, problem } = reply
      const others = [metadata, problem, interruption].map(jsonOrNull)
      return [sequence, JSON.stringify(parts), status, ...others]
    })
    await this.#updateEnded(db, rows)
    await this.#deleteGrowth(
      db,
      rows.map(([sequence]) => [sequence]),
    )
  }
}

export function keyOf({ owner, messageId, runId }: ReplyGrowth): ReplyKey {
  return [owner.workspaceId, owner.userId, messageId, runId]
}

/** That the message is that of a `ReplyKey`, and that its writer has not ended it. */
function isOpen(r: Rows): RawBuilder<unknown> {
  return sql`m.workspace_id = ${r.text(0)} and m.user_id = ${r.text(1)}
    and m.id = ${r.text(2)} and m.run_id is not distinct from ${r.text(3)}
    and (m.status = 'streaming' or m.interrupted is not null)`
}
