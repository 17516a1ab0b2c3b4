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
  const chunks = engine === 'sqlite' ? sql`chunks` : sql`chunks::json`
  await sql`
    update reply_growth set position = earlier.length from (
      select sequence, sum(json_array_length(${chunks})) over (
        partition by message_sequence order by sequence rows between unbounded preceding and 1 preceding
      ) as length from reply_growth
    ) earlier
    where earlier.sequence = reply_growth.sequence and earlier.length is not null`.execute(db)
  await db.schema.dropIndex('reply_growth_by_message').execute()
  await db.schema
    .createIndex('reply_growth_place')
    .unique()
    .on('reply_growth')
    .columns(['message_sequence', 'position'])
    .execute()
  await db.schema.alterTable('messages').addColumn('interrupted', 'text').execute()
}
