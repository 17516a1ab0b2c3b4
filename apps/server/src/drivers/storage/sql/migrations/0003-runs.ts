import { sql, type Kysely } from 'kysely'
import type { Engine } from '../engine.ts'
import type { Schema } from '../schema.ts'
import { textType } from './columns.ts'

/** A run is a reply that a server writes: its columns stand beside those of the reply. */
export async function addRuns(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const text = textType(engine)
  for (const column of ['run_id', 'run_name', 'run_fingerprint', 'server_id'])
    await db.schema.alterTable('messages').addColumn(column, text).execute()
  const thread = ['workspace_id', 'user_id', 'thread_id'] as const
  // One at a time in a thread. Replies of before this migration have no run.
  await db.schema
    .createIndex('messages_run_going')
    .unique()
    .on('messages')
    .columns([...thread])
    .where(sql<boolean>`status = 'streaming' and run_id is not null`)
    .execute()
  await db.schema
    .createIndex('messages_run_name')
    .unique()
    .on('messages')
    .columns([...thread, 'run_name'])
    .where(sql.ref('run_name'), 'is not', null)
    .execute()
  await db.schema
    .createTable('leases')
    .addColumn('server_id', text, (column) => column.primaryKey())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .execute()
}
