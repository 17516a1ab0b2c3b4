import { sql, type Kysely } from 'kysely'
import type { Engine } from '../engine.ts'
import type { Schema } from '../schema.ts'
import { textType } from './columns.ts'

/** Whose files there are; their bytes are elsewhere. */
export async function createFiles(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const text = textType(engine)
  await db.schema
    .createTable('files')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('workspace_id', text, (column) => column.notNull())
    .addColumn('user_id', text, (column) => column.notNull())
    .addColumn('filename', 'text', (column) => column.notNull())
    .addColumn('created_at', text, (column) => column.notNull())
    .addColumn('media_type', 'text')
    .addColumn('size', 'integer')
    .execute()
  await db.schema
    .createIndex('files_by_owner')
    .on('files')
    .columns(['workspace_id', 'user_id'])
    .execute()
  // Empty but for those that are on their way, or were given up.
  await db.schema
    .createIndex('files_announced')
    .on('files')
    .column('created_at')
    .where(sql.ref('size'), 'is', null)
    .execute()
}
