import type { Kysely } from 'kysely'
import type { Engine } from '../engine.ts'
import type { Schema } from '../schema.ts'
import { addSequence } from './columns.ts'

/**
 * What replies have grown by is kept as the chunks of their streams, under the message's number.
 * Empty once they have ended; of a reply that was cut just before this, the first state stays.
 */
export async function keepGrowthAsChunks(db: Kysely<Schema>, engine: Engine): Promise<void> {
  await db.schema.dropTable('reply_growth').execute()
  await addSequence(db.schema.createTable('reply_growth'), engine)
    .addColumn('message_sequence', engine === 'sqlite' ? 'integer' : 'bigint', (column) =>
      column.notNull().references('messages.sequence').onDelete('cascade'),
    )
    .addColumn('chunks', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('reply_growth_by_message')
    .on('reply_growth')
    .columns(['message_sequence', 'sequence'])
    .execute()
}
