import { randomBytes } from 'node:crypto'
import type { Kysely, Selectable } from 'kysely'
import type { AnonymousSession, ApiKey, IdentityStore } from '../../../identity/identity-store.ts'
import type { Owner } from '../../../identity/owner.ts'
import type { Engine } from './engine.ts'
import { now } from './now.ts'
import { columnsOf, ownerOfRow } from './owner-columns.ts'
import type { Schema } from './schema.ts'
import { moveData } from './sql-owner-data.ts'
import type { SqlDatabase } from './sql-database.ts'
import type { Transact } from './transact.ts'

/** `IdentityStore` beside the threads, in the same database. */
export class SqlIdentityStore implements IdentityStore {
  readonly #db: Kysely<Schema>
  readonly #engine: Engine
  readonly #transact: Transact

  constructor({ db, engine, transact }: SqlDatabase) {
    this.#db = db
    this.#engine = engine
    this.#transact = transact
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
    return this.#transact((transaction) => moveData(transaction, this.#engine, from, to))
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

function keyOfRow(row: Selectable<Schema['api_keys']>): ApiKey {
  const { id, name, secret_hash: secretHash, created_at: createdAt, revoked_at: revokedAt } = row
  return { id, name, secretHash, createdAt, revokedAt }
}
