import { expect, it, onTestFinished } from 'vitest'
import type { Owner } from '../../../identity/owner.ts'
import { createTestDatabase, inDatabase } from '../../../tests/postgres-test-database.ts'
import { openPostgresStorage } from './open-postgres-storage.ts'
import { openSqliteStorage } from './open-sqlite-storage.ts'
import type { SqlStorage } from './sql-storage.ts'

const owner: Owner = { workspaceId: 'w', userId: 'u' }
const ids = Array.from({ length: 40 }, (_, index) => `t${index}`)

it('SQLite answers others while somebody is erased', async () => {
  const { store, cloudStore, close } = await openSqliteStorage(':memory:')
  onTestFinished(close)
  await fill(store)
  const order: string[] = []
  await Promise.all([
    cloudStore.threads.erase(owner).then((count) => order.push(`erased ${count}`)),
    store.getThread({ ...owner, userId: 'other' }, 't').then(() => order.push('answered')),
  ])
  expect(order).toEqual(['answered', 'erased 40'])
})

it('PostgreSQL erases somebody who has more than a statement has the time for', async () => {
  const url = await createTestDatabase()
  const options = { url, poolSize: 2, statementTimeoutMs: 1_000 }
  const { store, cloudStore, close } = await openPostgresStorage(options)
  onTestFinished(close)
  await fill(store)
  await inDatabase(
    url,
    `create function dawdle() returns trigger language plpgsql as
      $$ begin perform pg_sleep(0.04); return old; end $$;
    create trigger slow before delete on threads for each row execute function dawdle()`,
  )
  expect(await cloudStore.threads.erase(owner)).toBe(40)
  expect(await store.listThreads(owner, { limit: 1, is_archived: false })).toEqual([])
})

async function fill(store: SqlStorage['store']): Promise<void> {
  for (const id of ids) await store.createThread(owner, { id, title: null })
}
