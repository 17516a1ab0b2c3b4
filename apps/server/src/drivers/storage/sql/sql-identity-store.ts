import { randomBytes } from 'node:crypto'
import { sql, type Kysely, type Selectable } from 'kysely'
import { AppError } from '../../../app-error.ts'
import type { AnonymousSession, ApiKey, IdentityStore } from '../../../identity/identity-store.ts'
import type { Owner } from '../../../identity/owner.ts'
import type { Engine } from './engine.ts'
import { tableOf } from './json-table.ts'
import { now } from './now.ts'
import { columnsOf, ownedBy, ownerOfRow } from './owner-columns.ts'
import { threadColumns } from './rows.ts'
import type { Schema } from './schema.ts'
import { transact } from './transact.ts'

const movedColumns = [...threadColumns, 'external_id', 'metadata'] as const

/** `IdentityStore` beside the threads, in the same database. */
export class SqlIdentityStore implements IdentityStore {
  readonly #db: Kysely<Schema>
  readonly #engine: Engine

  constructor(db: Kysely<Schema>, engine: Engine) {
    this.#db = db
    this.#engine = engine
  }

  async secret(name: string): Promise<Uint8Array> {
    const made = { name, value: randomBytes(32).toString('base64url') }
    await this.#db
      .insertInto('secrets')
      .values(made)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    const { value } = await this.#db
      .selectFrom('secrets')
      .select('value')
      .where('name', '=', name)
      .executeTakeFirstOrThrow()
    return Buffer.from(value, 'base64url')
  }

  async addSession({ tokenHash, owner, expiresAt }: AnonymousSession): Promise<void> {
    await this.#db.deleteFrom('anonymous_sessions').where('expires_at', '<=', now()).execute()
    await this.#db
      .insertInto('anonymous_sessions')
      .values({
        token_hash: tokenHash,
        ...columnsOf(owner),
        expires_at: expiresAt,
      })
      .execute()
  }

  async findSession(tokenHash: string): Promise<Owner | undefined> {
    const row = await this.#db
      .selectFrom('anonymous_sessions')
      .select(['workspace_id', 'user_id'])
      .where('token_hash', '=', tokenHash)
      .where('expires_at', '>', now())
      .executeTakeFirst()
    return row && ownerOfRow(row)
  }

  async extendSession(tokenHash: string, expiresAt: string): Promise<Owner | undefined> {
    const row = await this.#db
      .updateTable('anonymous_sessions')
      .set({ expires_at: expiresAt })
      .where('token_hash', '=', tokenHash)
      .where('expires_at', '>', now())
      .returning(['workspace_id', 'user_id'])
      .executeTakeFirst()
    return row && ownerOfRow(row)
  }

  claim(from: Owner, to: Owner): Promise<number> {
    return transact(this.#db, async (transaction) => {
      const moved = await moveThreads(transaction, this.#engine, from, to)
      await transaction.deleteFrom('anonymous_sessions').where(ownedBy(from)).execute()
      return moved
    })
  }

  async addKey({ id, name, secretHash, createdAt, revokedAt }: ApiKey): Promise<void> {
    await this.#db
      .insertInto('api_keys')
      .values({ id, name, secret_hash: secretHash, created_at: createdAt, revoked_at: revokedAt })
      .execute()
  }

  async listKeys(): Promise<ApiKey[]> {
    const rows = await this.#db.selectFrom('api_keys').selectAll().orderBy('created_at').execute()
    return rows.map(keyOfRow)
  }

  async findKey(id: string): Promise<ApiKey | undefined> {
    const row = await this.#db
      .selectFrom('api_keys')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst()
    return row && keyOfRow(row)
  }

  async revokeKey(id: string, revokedAt: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('api_keys')
      .set({ revoked_at: revokedAt })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }
}

/**
 * @throws AppError `run_in_progress`: what a reply grows by is written under its owner's name
 * @throws AppError `id_taken` where both have a thread, or a message, of one id
 */
async function moveThreads(
  db: Kysely<Schema>,
  engine: Engine,
  from: Owner,
  to: Owner,
): Promise<number> {
  // Locked, so that nothing is said in them meanwhile; what is begun meanwhile stays where it is.
  const threads = await db
    .updateTable('threads')
    .set(({ ref }) => ({ updated_at: ref('updated_at') }))
    .where(ownedBy(from))
    .returning('id')
    .execute()
  const ids = tableOf(
    engine,
    threads.map(({ id }) => [id]),
  )
  const isMoved = (column: 'id' | 'thread_id') =>
    sql<boolean>`${sql.ref(column)} in (select r.value ->> 0 from ${ids})`
  const going = await db
    .selectFrom('messages')
    .select('id')
    .where(ownedBy(from))
    .where('status', '=', sql.lit('streaming'))
    .where(isMoved('thread_id'))
    .executeTakeFirst()
  if (going !== undefined)
    throw new AppError('run_in_progress', 'A reply is being written: claim when it has ended.', {
      retry_after_ms: 1_000,
    })
  // Copied, since the messages refer to them. What is searched is found under its owner, so it is
  // indexed anew.
  const copied = await db
    .insertInto('threads')
    .columns(['workspace_id', 'user_id', ...movedColumns])
    .expression(({ selectFrom, val }) =>
      selectFrom('threads')
        .select([val(to.workspaceId).as('workspace_id'), val(to.userId).as('user_id')])
        .select(movedColumns)
        .where(ownedBy(from))
        .where(isMoved('id')),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .execute()
  const shared = await db
    .selectFrom('messages as mine')
    .innerJoin('messages as theirs', 'theirs.id', 'mine.id')
    .select('mine.id')
    .where('mine.workspace_id', '=', from.workspaceId)
    .where('mine.user_id', '=', from.userId)
    .where('theirs.workspace_id', '=', to.workspaceId)
    .where('theirs.user_id', '=', to.userId)
    .limit(1)
    .execute()
  if (shared.length > 0 || copied.length < threads.length)
    throw new AppError('id_taken', 'Both have a thread, or a message, of the same id.')
  await db
    .updateTable('messages')
    .set({ workspace_id: to.workspaceId, user_id: to.userId, is_indexed: 0 })
    .where(ownedBy(from))
    .where(isMoved('thread_id'))
    .execute()
  await db
    .updateTable('reports')
    .set({ workspace_id: to.workspaceId, user_id: to.userId })
    .where(ownedBy(from))
    .where(({ or, eb }) => or([eb('thread_id', 'is', null), isMoved('thread_id')]))
    .execute()
  await db
    .updateTable('files')
    .set({ workspace_id: to.workspaceId, user_id: to.userId })
    .where(ownedBy(from))
    .execute()
  await db.deleteFrom('threads').where(ownedBy(from)).where(isMoved('id')).execute()
  return threads.length
}

function keyOfRow(row: Selectable<Schema['api_keys']>): ApiKey {
  const { id, name, secret_hash: secretHash, created_at: createdAt, revoked_at: revokedAt } = row
  return { id, name, secretHash, createdAt, revokedAt }
}
