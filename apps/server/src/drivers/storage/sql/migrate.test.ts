import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { expect, it, onTestFinished } from 'vitest'
import type { Owner } from '../../../identity/owner.ts'
import { said } from '../../../tests/conformance/describe-thread-store.ts'
import { createTestDatabase } from '../../../tests/postgres-test-database.ts'
import { makeTemporaryFolder } from '../../../tests/test-server.ts'
import type { Engine } from './engine.ts'
import { createMigrator, migrate } from './migrate.ts'
import { openNodeSqlite } from './node-sqlite.ts'
import { openPool } from './postgres-pool.ts'
import type { Schema } from './schema.ts'
import { SqlThreadStore } from './sql-thread-store.ts'
import { openKysely } from './sqlite-executor.ts'
import { databaseOver } from './sql-database.ts'

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
    const store = new SqlThreadStore(databaseOver(db, engine))
    const parts = [{ text: 'It was there before this.' }]
    expect(await store.listMessages(owner, 't')).toMatchObject([{ parts }, { parts }])
  },
)

it('SQLite begins a migration again that broke off, whatever statement that was at', async () => {
  const database = openNodeSqlite(':memory:')
  const { db } = await openKysely<Schema>(database)
  onTestFinished(() => db.destroy())
  const { prepare } = database
  let left = 0
  database.prepare = (statement) => {
    if (isOfMigration(statement) && left-- === 0) throw new Error('broken off')
    return prepare(statement)
  }
  let attempts = 0
  for (let isDone = false; !isDone; attempts++) {
    left = attempts
    isDone = await migrate(db, 'sqlite').then(
      () => true,
      (error: unknown) => {
        expect(error).toMatchObject({ message: 'broken off' })
        return false
      },
    )
  }
  expect(attempts).toBeGreaterThan(40)
  expect(await db.selectFrom('messages').selectAll().execute()).toEqual([])
})

it('SQLite is migrated once by processes that start together', { timeout: 30_000 }, async () => {
  const path = join(await makeTemporaryFolder(), 'x.db')
  const module = JSON.stringify(join(import.meta.dirname, 'open-sqlite-storage.ts'))
  const script = `const { openSqliteStorage } = await import(${module})
    await (await openSqliteStorage(process.argv[1])).close()`
  const conditions = [
    '--conditions=@assistant-ui-proxy/source',
    '--disable-warning=ExperimentalWarning',
  ]
  const processes = [1, 2, 3].map(async () => {
    const args = [...conditions, '--input-type=module', '--eval', script, path]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    return text(child.stderr)
  })
  expect(await Promise.all(processes)).toEqual(['', '', ''])
})

function isOfMigration(statement: string): boolean {
  return /^\s*(create|alter|drop|update)/i.test(statement) && !statement.includes('kysely_')
}

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
