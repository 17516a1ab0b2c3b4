import { Kysely, PostgresDialect, sql } from 'kysely'
import { expect, it, onTestFinished } from 'vitest'
import type { Owner } from '../../../identity/owner.ts'
import { said } from '../../../tests/conformance/describe-thread-store.ts'
import { createTestDatabase } from '../../../tests/postgres-test-database.ts'
import type { Engine } from './engine.ts'
import { createMigrator, migrate } from './migrate.ts'
import { openNodeSqlite } from './node-sqlite.ts'
import { openPool } from './postgres-pool.ts'
import type { Schema } from './schema.ts'
import { SqlThreadStore } from './sql-thread-store.ts'
import { openKysely } from './sqlite-executor.ts'
import { transact } from './transact.ts'

const owner: Owner = { workspaceId: 'w', userId: 'u' }

it.each(['sqlite', 'postgres'] as const)(
  'loses nothing of a reply that streamed when the server was replaced by this one (%s)',
  async (engine) => {
    const db = await open(engine)
    await createMigrator(db, engine).migrateTo('0008-files')
    const time = '2026-01-01T00:00:00.000Z'
    await sql`insert into threads (workspace_id, user_id, id, is_archived, created_at, updated_at, last_message_at)
      values ('w', 'u', 't', 0, ${time}, ${time}, ${time})`.execute(db)
    for (const id of ['r1', 'r2']) {
      await sql`insert into messages (workspace_id, user_id, id, thread_id, role, parts, status, created_at)
        values ('w', 'u', ${id}, 't', 'assistant', '[]', 'streaming', ${time})`.execute(db)
      for (const words of [['It ', 'was '], ['there '], ['before ', 'this.']])
        await sql`insert into reply_growth (message_sequence, chunks)
          select sequence, ${JSON.stringify(words.map(said))} from messages where id = ${id}`.execute(
          db,
        )
    }
    await migrate(db, engine)
    const store = new SqlThreadStore(db, engine, { transact: (work) => transact(db, work) })
    const parts = [{ text: 'It was there before this.' }]
    expect(await store.listMessages(owner, 't')).toMatchObject([{ parts }, { parts }])
  },
)

async function open(engine: Engine): Promise<Kysely<Schema>> {
  const { db } =
    engine === 'sqlite'
      ? await openKysely<Schema>(openNodeSqlite(':memory:'))
      : { db: await openPostgres() }
  onTestFinished(() => db.destroy())
  return db
}

async function openPostgres(): Promise<Kysely<Schema>> {
  const pool = openPool({ connectionString: await createTestDatabase() })
  return new Kysely({ dialect: new PostgresDialect({ pool }) })
}
