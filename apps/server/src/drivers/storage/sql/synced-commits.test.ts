import { mkdtemp, open as openFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql, type Kysely } from 'kysely'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { migrate } from './migrate.ts'
import { openNodeSqlite } from './node-sqlite.ts'
import type { Schema } from './schema.ts'
import { openKysely } from './sqlite-executor.ts'
import { openSyncedCommits } from './synced-commits.ts'

/** What SQLite calls them. */
const normal = 1
const full = 2

describe('commits to a SQLite file', () => {
  it('wait for the operating system only while they stop this process', async () => {
    const { db, transact, transactLazily } = await open()
    const levels = await Promise.all([
      transactLazily((transaction) => synchronousOf(transaction)),
      transact((transaction) => synchronousOf(transaction)),
      insertLease(db, 'outside').then(() => synchronousOf(db)),
    ])
    expect(levels).toEqual([normal, normal, full])
  })

  it('leave it so after a transaction that failed, and nothing of that', async () => {
    const { db, transact, transactLazily } = await open()
    for (const [name, each] of Object.entries({ transact, transactLazily })) {
      const failed = each(async (transaction) => {
        await insertLease(transaction, 'failed')
        throw new Error('on purpose')
      })
      await expect(failed).rejects.toThrow('on purpose')
      await insertLease(db, name)
      expect(await synchronousOf(db)).toBe(full)
    }
    const leases = await leasesOf(db)
    expect(leases.map(({ server_id: id }) => id)).toEqual(['transact', 'transactLazily'])
  })

  it('are confirmed by a sync that begins after them, one for all that wait', async () => {
    const { db, transact } = await open()
    const disk = await holdSyncs()
    const confirmed: string[] = []
    const commit = (name: string) =>
      transact((transaction) => insertLease(transaction, name)).then(() => confirmed.push(name))
    const first = commit('first')
    await expect.poll(() => disk.waiting.length).toBe(1)
    const others = Promise.all([commit('second'), commit('third')])
    // They are there for all to see, and not confirmed.
    await expect.poll(async () => (await leasesOf(db)).length).toBe(3)
    expect(confirmed).toEqual([])
    disk.waiting.shift()?.()
    await first
    await expect.poll(() => disk.waiting.length).toBe(1)
    expect(confirmed).toEqual(['first'])
    disk.waiting.shift()?.()
    await others
    expect(confirmed).toEqual(['first', 'second', 'third'])
    expect(disk.waiting).toEqual([])
  })

  it('are synced a moment later where nobody waits, with the next that somebody waits for if it comes first', async () => {
    const { transact, transactLazily } = await open()
    const disk = await holdSyncs()
    await transactLazily((transaction) => insertLease(transaction, 'one'))
    await transactLazily((transaction) => insertLease(transaction, 'two'))
    expect(disk.waiting).toEqual([])
    await expect.poll(() => disk.waiting.length).toBe(1)
    disk.waiting.shift()?.()
    await transactLazily((transaction) => insertLease(transaction, 'later'))
    await expect.poll(() => disk.waiting.length).toBe(1)
    disk.waiting.shift()?.()
    await transactLazily((transaction) => insertLease(transaction, 'three'))
    const waited = transact((transaction) => insertLease(transaction, 'four'))
    await expect.poll(() => disk.waiting.length).toBe(1)
    disk.waiting.shift()?.()
    await waited
    await new Promise((resolve) => setTimeout(resolve, 80))
    expect(disk.waiting).toEqual([])
  })

  it('are not confirmed where the disk fails, and the next ones are where it is well again', async () => {
    const { transact } = await open()
    const disk = await holdSyncs()
    const failing = transact((transaction) => insertLease(transaction, 'failing'))
    await expect.poll(() => disk.waiting.length).toBe(1)
    disk.waiting.shift()?.(new Error('EIO'))
    await expect(failing).rejects.toMatchObject({ problem: { code: 'storage_unavailable' } })
    const next = transact((transaction) => insertLease(transaction, 'next'))
    await expect.poll(() => disk.waiting.length).toBe(1)
    disk.waiting.shift()?.()
    await next
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

/** Every sync waits until it is told how it ends. */
async function holdSyncs() {
  const waiting: ((failure?: Error) => void)[] = []
  const handle = await openFile(import.meta.filename)
  const spy = vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'datasync')
  await handle.close()
  onTestFinished(() => {
    spy.mockRestore()
    for (const end of waiting) end()
  })
  spy.mockImplementation(
    () =>
      new Promise((resolve, reject) => {
        waiting.push((failure) => (failure === undefined ? resolve() : reject(failure)))
      }),
  )
  return { waiting }
}

function leasesOf(db: Kysely<Schema>) {
  return db.selectFrom('leases').selectAll().execute()
}

async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'commits-'))
  const path = join(folder, 'threads.db')
  const database = openNodeSqlite(path)
  const session = await openKysely<Schema>(database)
  const { db } = session
  await migrate(db, 'sqlite')
  const { close, ...commits } = await openSyncedCommits(session, path)
  onTestFinished(async () => {
    await close()
    await db.destroy()
    await rm(folder, { recursive: true })
  })
  return { path, db, ...commits }
}

async function synchronousOf(db: Kysely<Schema>): Promise<number | undefined> {
  const { rows } = await sql<{ synchronous: number }>`
    select synchronous from pragma_synchronous`.execute(db)
  return rows[0]?.synchronous
}

async function insertLease(db: Kysely<Schema>, serverId: string): Promise<void> {
  await db.insertInto('leases').values({ server_id: serverId, expires_at_ms: 1 }).execute()
}
