import { sql, type Kysely } from 'kysely'
import type { Engine } from '../engine.ts'
import type { Schema } from '../schema.ts'

/**
 * What a reply has grown by has a place in it, so that it is there once, however often it is saved; and
 * a reply that was taken from its writer keeps where that had come to, in case it comes back.
 */
export async function keepGrowthOnce(db: Kysely<Schema>, engine: Engine): Promise<void> {
  await db.schema
    .alterTable('reply_growth')
    .addColumn('position', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  const chunks = engine === 'sqlite' ? sql`earlier.chunks` : sql`earlier.chunks::json`
  await sql`
    update reply_growth set position = coalesce((
      select sum(json_array_length(${chunks})) from reply_growth earlier
      where earlier.message_sequence = reply_growth.message_sequence and earlier.sequence < reply_growth.sequence
    ), 0)`.execute(db)
  await db.schema.dropIndex('reply_growth_by_message').execute()
  await db.schema
    .createIndex('reply_growth_place')
    .unique()
    .on('reply_growth')
    .columns(['message_sequence', 'position'])
    .execute()
  await db.schema.alterTable('messages').addColumn('interrupted', 'text').execute()
}
