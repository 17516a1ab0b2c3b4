import type { Kysely } from 'kysely'
import type { Engine } from '../engine.ts'
import type { Schema } from '../schema.ts'
import { addSequence, textType } from './columns.ts'

/** What replies that stream have grown by since their row was written; empty once they have ended. */
export async function createReplyGrowth(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const text = textType(engine)
  await addSequence(db.schema.createTable('reply_growth'), engine)
    .addColumn('workspace_id', text, (column) => column.notNull())
    .addColumn('user_id', text, (column) => column.notNull())
    .addColumn('message_id', text, (column) => column.notNull())
    .addColumn('growth', 'text', (column) => column.notNull())
    .addForeignKeyConstraint(
      'reply_growth_message',
      ['workspace_id', 'user_id', 'message_id'],
      'messages',
      ['workspace_id', 'user_id', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute()
  await db.schema
    .createIndex('reply_growth_by_message')
    .on('reply_growth')
    .columns(['workspace_id', 'user_id', 'message_id', 'sequence'])
    .execute()
}
