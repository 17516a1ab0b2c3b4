import { expect, it, onTestFinished } from 'vitest'
import type { Owner } from '../../../identity/owner.ts'
import { migrate } from './migrate.ts'
import { openNodeSqlite } from './node-sqlite.ts'
import type { Schema } from './schema.ts'
import { SqlThreadStore } from './sql-thread-store.ts'
import { openKysely } from './sqlite-executor.ts'

const owner: Owner = { workspaceId: 'w', userId: 'u' }

it('SQLite follows a branch by the ids of its messages, and reads no other of the thread', async () => {
  const { store, planOf } = await open()
  const plan = await planOf(() => store.listBranch(owner, 't', 'm'))
  const step = plan.slice(plan.indexOf('RECURSIVE STEP') + 1)
  expect(step.slice(0, 2)).toEqual([
    'SCAN b',
    expect.stringMatching(/^SEARCH m USING INDEX .*\(workspace_id=\? AND user_id=\? AND id=\?/),
  ])
})

async function open() {
  const database = openNodeSqlite(':memory:')
  const { db, transact } = await openKysely<Schema>(database)
  onTestFinished(() => db.destroy())
  await migrate(db, 'sqlite')
  const { prepare } = database
  const asked: string[] = []
  database.prepare = (sql) => {
    asked.push(sql)
    return prepare(sql)
  }
  /** What SQLite does for all that is asked of it meanwhile. */
  const planOf = async (ask: () => Promise<unknown>): Promise<string[]> => {
    asked.length = 0
    await ask()
    return asked.flatMap((sql) =>
      prepare(`explain query plan ${sql}`)
        .all([])
        .map((step) => (step as { detail: string }).detail),
    )
  }
  return { store: new SqlThreadStore(db, 'sqlite', { transact }), planOf }
}
