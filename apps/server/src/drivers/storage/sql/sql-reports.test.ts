import { describe, expect, it, onTestFinished } from 'vitest'
import type { Report } from '../../../cloud/cloud-store.ts'
import type { Owner } from '../../../identity/owner.ts'
import { openHeldPostgres } from '../../../tests/conformance/held-postgres.ts'
import { createTestDatabase } from '../../../tests/postgres-test-database.ts'
import { openPostgresStorage } from './open-postgres-storage.ts'
import { openSqliteStorage } from './open-sqlite-storage.ts'
import { SqlArchiveStore } from './sql-archive-store.ts'
import { SqlCloudThreads } from './sql-cloud-threads.ts'
import { SqlReports } from './sql-reports.ts'
import { databaseOver } from './sql-database.ts'

const owner: Owner = { workspaceId: 'w', userId: 'u' }
const created_at = '2026-01-01T00:00:00.000Z'
const events = { kind: 'event' as const, thread_id: undefined, limit: 10, after: undefined }

describe.each(['sqlite', 'postgres'] as const)('reports in %s', (engine) => {
  it('are kept without their thread where that is gone, if they are events', async () => {
    const { reports } = (await open(engine)).cloudStore
    await reports.add([report('event', 'gone')])
    expect(await reports.list(events)).toMatchObject([{ thread_id: null, message_id: null }])
    await expect(reports.add([report('score', 'gone')])).rejects.toMatchObject({
      problem: { code: 'thread_not_found' },
    })
  })

  it('are exported a page at a time, in the order in which they came', async () => {
    const { archiveStore, cloudStore } = await open(engine)
    const all = Array.from({ length: 1_100 }, () => report('event', null))
    await cloudStore.reports.add(all)
    const pages: string[][] = []
    for await (const page of archiveStore.listReports(owner)) pages.push(page.map(({ id }) => id))
    expect(pages.flat()).toEqual(all.map(({ id }) => id))
    expect(Math.max(...pages.map(({ length }) => length))).toBeLessThanOrEqual(500)
  })
})

describe('PostgreSQL, while a thread is deleted,', () => {
  it('takes a report of it, or tells that it is gone', async () => {
    const { db, hold, store } = await openTwo()
    await store.createThread(owner, { id: 't', title: null })
    const inserting = hold('before', /insert into "reports"/)
    const adding = new SqlReports(databaseOver(db, 'postgres')).add([report('score', 't')])
    await inserting.reached
    const deleting = store.deleteThread(owner, 't')
    await Promise.race([deleting, new Promise((resolve) => setTimeout(resolve, 500))])
    inserting.release()
    expect(await Promise.all([adding, deleting])).toEqual([undefined, true])
  })

  it('imports a report of it, or skips it', async () => {
    const { db, hold, store } = await openTwo()
    await store.createThread(owner, { id: 't', title: null })
    const inserting = hold('before', /insert into "reports"/)
    const { owner: _, ...archived } = report('score', 't')
    const adding = new SqlArchiveStore(databaseOver(db, 'postgres')).addReport(owner, {
      ...archived,
      type: 'report',
    })
    await inserting.reached
    const deleting = store.deleteThread(owner, 't')
    await Promise.race([deleting, new Promise((resolve) => setTimeout(resolve, 500))])
    inserting.release()
    expect(await Promise.all([adding, deleting])).toEqual([true, true])
  })

  it('makes another of the same external id', async () => {
    const { db, hold, store } = await openTwo()
    const threads = new SqlCloudThreads(databaseOver(db, 'postgres'))
    const thread = { title: null, external_id: 'x', metadata: null, last_message_at: created_at }
    await threads.add(owner, { ...thread, id: 'a' })
    const finding = hold('before', /^select "id" from "threads"/)
    const adding = threads.add(owner, { ...thread, id: 'b' })
    await finding.reached
    await store.deleteThread(owner, 'a')
    finding.release()
    expect(await adding).toBe('b')
  })
})

let count = 0

function report(kind: Report['kind'], thread_id: string | null): Report {
  count++
  return { id: `r${count}`, kind, owner, thread_id, message_id: null, body: {}, created_at }
}

async function open(engine: 'sqlite' | 'postgres') {
  const storage =
    engine === 'sqlite'
      ? await openSqliteStorage(':memory:')
      : await openPostgresStorage({
          url: await createTestDatabase(),
          poolSize: 2,
          statementTimeoutMs: 10_000,
        })
  onTestFinished(storage.close)
  return storage
}

/** A server's store, and another's way to the same database. */
async function openTwo() {
  const url = await createTestDatabase()
  const options = { url, poolSize: 2, statementTimeoutMs: 10_000 }
  const { store, close } = await openPostgresStorage(options)
  onTestFinished(close)
  return { ...openHeldPostgres(url), store }
}
