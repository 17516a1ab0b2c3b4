import { sql, type Kysely } from 'kysely'
import type { Engine } from '../engine.ts'
import type { Schema } from '../schema.ts'
import { addSequence, textType } from './columns.ts'

/** What clients of Assistant Cloud keep beside threads and messages, and tell of them. */
export async function createCloudWire(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const text = textType(engine)
  await db.schema.alterTable('threads').addColumn('external_id', text).execute()
  await db.schema.alterTable('threads').addColumn('metadata', 'text').execute()
  await db.schema
    .createIndex('threads_external_id')
    .unique()
    .on('threads')
    .columns(['workspace_id', 'user_id', 'external_id'])
    .where(sql.ref('external_id'), 'is not', null)
    .execute()
  // Of all owners, for those who run the server.
  await db.schema
    .createIndex('threads_of_all')
    .on('threads')
    .columns(['is_archived', 'last_message_at', 'id', 'workspace_id', 'user_id'])
    .execute()

  for (const column of ['external_id', 'format', 'updated_at'])
    await db.schema.alterTable('messages').addColumn(column, text).execute()
  await db.schema.alterTable('messages').addColumn('content', 'text').execute()
  await db.schema
    .alterTable('messages')
    .addColumn('is_reported', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  await db.schema
    .createIndex('messages_external_id')
    .unique()
    .on('messages')
    .columns(['workspace_id', 'user_id', 'thread_id', 'external_id'])
    .where(sql.ref('external_id'), 'is not', null)
    .execute()

  await addSequence(db.schema.createTable('reports'), engine)
    .addColumn('id', text, (column) => column.notNull().unique())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('workspace_id', text, (column) => column.notNull())
    .addColumn('user_id', text, (column) => column.notNull())
    .addColumn('thread_id', text)
    .addColumn('message_id', text)
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('created_at', text, (column) => column.notNull())
    .addForeignKeyConstraint(
      'reports_thread',
      ['workspace_id', 'user_id', 'thread_id'],
      'threads',
      ['workspace_id', 'user_id', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute()
  await db.schema
    .createIndex('reports_by_thread')
    .on('reports')
    .columns(['workspace_id', 'user_id', 'thread_id', 'message_id'])
    .execute()
  await db.schema
    .createIndex('reports_by_kind')
    .on('reports')
    .columns(['kind', 'sequence'])
    .execute()
}
