import { sql, type Kysely } from 'kysely'
import type { Engine } from '../engine.ts'
import type { Schema } from '../schema.ts'
import { addSequence, textType } from './columns.ts'

export async function createThreadsAndMessages(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const text = textType(engine)
  await db.schema
    .createTable('threads')
    .addColumn('workspace_id', text, (column) => column.notNull())
    .addColumn('user_id', text, (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('title', 'text')
    .addColumn('is_archived', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('created_at', text, (column) => column.notNull())
    .addColumn('updated_at', text, (column) => column.notNull())
    .addColumn('last_message_at', text, (column) => column.notNull())
    .addPrimaryKeyConstraint('threads_pk', ['workspace_id', 'user_id', 'id'])
    .execute()
  await db.schema
    .createIndex('threads_by_activity')
    .on('threads')
    .columns(['workspace_id', 'user_id', 'is_archived', 'last_message_at', 'id'])
    .execute()

  await addSequence(db.schema.createTable('messages'), engine, (column) => column.autoIncrement())
    .addColumn('workspace_id', text, (column) => column.notNull())
    .addColumn('user_id', text, (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('thread_id', text, (column) => column.notNull())
    .addColumn('parent_id', text)
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('parts', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('error', 'text')
    .addColumn('metadata', 'text')
    .addColumn('created_at', text, (column) => column.notNull())
    .addUniqueConstraint('messages_id', ['workspace_id', 'user_id', 'id'])
    .addForeignKeyConstraint(
      'messages_thread',
      ['workspace_id', 'user_id', 'thread_id'],
      'threads',
      ['workspace_id', 'user_id', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute()
  await db.schema
    .createIndex('messages_by_thread')
    .on('messages')
    .columns(['workspace_id', 'user_id', 'thread_id', 'sequence'])
    .execute()
  // Empty but for the replies of this moment: what a start after a crash has to look through.
  await db.schema
    .createIndex('messages_streaming')
    .on('messages')
    .column('status')
    .where(sql.ref('status'), '=', sql.lit('streaming'))
    .execute()
}
