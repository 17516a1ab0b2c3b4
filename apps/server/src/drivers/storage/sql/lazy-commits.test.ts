import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql, type Kysely } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openLazyCommits } from './lazy-commits.ts'
import { migrate } from './migrate.ts'
import { openNodeSqlite } from './node-sqlite.ts'
import type { Schema } from './schema.ts'
import { openKysely } from './sqlite-executor.ts'

/** What SQLite calls them. */
const normal = 1
const full = 2

describe('lazy commits', () => {
  it('wait for the operating system only, and leave all others waiting for the disk', async () => {
    const { db, transactLazily } = await open()
    const within = await transactLazily((transaction) => synchronousOf(transaction))
    expect([within, await synchronousOf(db)]).toEqual([normal, full])
  })

  it('leave it so after a transaction that failed, and nothing of that', async () => {
    const { db, transactLazily } = await open()
    const failed = transactLazily(async (transaction) => {
      await insertLease(transaction, 'failed')
      throw new Error('on purpose')
    })
    await expect(failed).rejects.toThrow('on purpose')
    expect(await synchronousOf(db)).toBe(full)
    expect(await db.selectFrom('leases').selectAll().execute()).toEqual([])
  })

  it('come one after another with others that are asked for at the same time', async () => {
    const { transact, transactLazily } = await open()
    const levels = await Promise.all([
      transactLazily((transaction) => synchronousOf(transaction)),
      transact((transaction) => synchronousOf(transaction)),
      transactLazily((transaction) => synchronousOf(transaction)),
    ])
    expect(levels).toEqual([normal, full, normal])
  })

  it('are read by another process at once', async () => {
    const { path, transactLazily } = await open()
    await transactLazily((transaction) => insertLease(transaction, 'here'))
    const other = openNodeSqlite(path)
    const rows = other.prepare('select server_id from leases').all([])
    other.close()
    expect(rows).toEqual([{ server_id: 'here' }])
  })
})

async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'lazy-commits-'))
  const path = join(folder, 'threads.db')
  const database = openNodeSqlite(path)
  const session = await openKysely<Schema>(database)
  const { db, transact } = session
  await migrate(db, 'sqlite')
  const { transactLazily, close } = await openLazyCommits(session, path)
  onTestFinished(async () => {
    await close()
    await db.destroy()
    await rm(folder, { recursive: true })
  })
  return { path, db, transact, transactLazily }
}

async function synchronousOf(db: Kysely<Schema>): Promise<number | undefined> {
  const { rows } = await sql<{ synchronous: number }>`pragma synchronous`.execute(db)
  return rows[0]?.synchronous
}

async function insertLease(db: Kysely<Schema>, serverId: string): Promise<void> {
  await db.insertInto('leases').values({ server_id: serverId, expires_at_ms: 1 }).execute()
}
