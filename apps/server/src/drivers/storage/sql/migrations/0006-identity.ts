import type { Kysely } from 'kysely'
import type { Engine } from '../engine.ts'
import type { Schema } from '../schema.ts'
import { textType } from './columns.ts'

/** What proves who asks: secrets of the server itself, and hashes of those that others hold. */
export async function createIdentity(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const text = textType(engine)
  await db.schema
    .createTable('secrets')
    .addColumn('name', text, (column) => column.primaryKey())
    .addColumn('value', text, (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('anonymous_sessions')
    .addColumn('token_hash', text, (column) => column.primaryKey())
    .addColumn('workspace_id', text, (column) => column.notNull())
    .addColumn('user_id', text, (column) => column.notNull())
    .addColumn('expires_at', text, (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('anonymous_sessions_by_owner')
    .on('anonymous_sessions')
    .columns(['workspace_id', 'user_id'])
    .execute()
  await db.schema
    .createIndex('anonymous_sessions_by_expiry')
    .on('anonymous_sessions')
    .column('expires_at')
    .execute()
  await db.schema
    .createTable('api_keys')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('secret_hash', text, (column) => column.notNull())
    .addColumn('created_at', text, (column) => column.notNull())
    .addColumn('revoked_at', text)
    .execute()
}
