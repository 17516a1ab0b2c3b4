import { sql, type Kysely } from 'kysely'
import type { Engine } from '../engine.ts'
import type { Schema } from '../schema.ts'
import { addSequence, textType } from './columns.ts'

/**
 * A document for each message and title, with its words: in SQLite in an FTS5 table beside it, in
 * PostgreSQL in a `tsvector`. Either holds a word for the owner too, so that a search reads nobody
 * else's entries.
 */
export async function createSearch(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const text = textType(engine)
  await db.schema
    .alterTable('messages')
    .addColumn('is_indexed', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  await db.schema
    .alterTable('threads')
    .addColumn('is_title_indexed', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  // Both are empty as a rule.
  await sql`create index messages_unindexed on messages (sequence)
    where is_indexed = 0 and status <> 'streaming'`.execute(db)
  await sql`create index threads_unindexed on threads (id)
    where is_title_indexed = 0 and title is not null`.execute(db)

  const documents = addSequence(db.schema.createTable('search_documents'), engine)
    .addColumn('workspace_id', text, (column) => column.notNull())
    .addColumn('user_id', text, (column) => column.notNull())
    .addColumn('thread_id', text, (column) => column.notNull())
    .addColumn('message_id', text)
    .addForeignKeyConstraint(
      'search_documents_thread',
      ['workspace_id', 'user_id', 'thread_id'],
      'threads',
      ['workspace_id', 'user_id', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
  await (engine === 'sqlite' ? documents : documents.addColumn('words', sql`tsvector`)).execute()
  await db.schema
    .createIndex('search_documents_by_thread')
    .on('search_documents')
    .columns(['workspace_id', 'user_id', 'thread_id', 'message_id'])
    .execute()
  if (engine === 'postgres') {
    await sql`create index search_documents_words on search_documents using gin (words)`.execute(db)
    return
  }
  await sql`create virtual table search_words using fts5 (
    owner, words, content = '', contentless_delete = 1, prefix = '3 4'
  )`.execute(db)
  await sql`create trigger search_documents_deleted after delete on search_documents begin
    delete from search_words where rowid = old.sequence;
  end`.execute(db)
}
