import { sql, type Kysely } from 'kysely'
import type { Schema } from '../schema.ts'

/** For who runs the server, and asks without naming an owner; and for the reports of one. */
export async function createIndexesOfAll(db: Kysely<Schema>): Promise<void> {
  await db.schema.createIndex('threads_by_id').on('threads').column('id').execute()
  // In the order of the list: else SQLite would rather read all that there are.
  await db.schema
    .createIndex('threads_by_external_id')
    .on('threads')
    .columns(['external_id', 'is_archived', 'last_message_at', 'id'])
    .where(sql.ref('external_id'), 'is not', null)
    .execute()
  await db.schema
    .createIndex('reports_by_thread_and_kind')
    .on('reports')
    .columns(['thread_id', 'kind', 'sequence'])
    .execute()
  await db.schema
    .createIndex('reports_by_owner')
    .on('reports')
    .columns(['workspace_id', 'user_id', 'sequence'])
    .execute()
}
