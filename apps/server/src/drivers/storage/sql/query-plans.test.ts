import { constants, DatabaseSync } from 'node:sqlite'
import type { UIMessageChunk } from '@assistant-ui-proxy/contract'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { Owner } from '../../../identity/owner.ts'
import {
  growth,
  reply,
  said,
  userMessage,
} from '../../../tests/conformance/describe-thread-store.ts'
import { migrate } from './migrate.ts'
import { openNodeSqlite } from './node-sqlite.ts'
import type { Schema } from './schema.ts'
import { SqlArchiveStore } from './sql-archive-store.ts'
import { SqlCloudThreads } from './sql-cloud-threads.ts'
import { SqlReports } from './sql-reports.ts'
import { SqlThreadStore } from './sql-thread-store.ts'
import { openKysely } from './sqlite-executor.ts'
import { databaseOver } from './sql-database.ts'

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

it('SQLite looks up what is asked of all owners, and the reports of one', async () => {
  const { database, planOf } = await open()
  const threads = new SqlCloudThreads(database)
  const reports = new SqlReports(database)
  const page = { limit: 10, after: undefined }
  const archive = new SqlArchiveStore(database)
  const plans = [
    await planOf(() => threads.findOwner('t')),
    await planOf(() => threads.list(undefined, { ...page, is_archived: false, external_id: 'x' })),
    await planOf(() => reports.list({ ...page, kind: 'event', thread_id: 't' })),
    await planOf(() => archive.listReports(owner)[Symbol.asyncIterator]().next()),
  ]
  expect(plans.map(([first]) => first)).toEqual([
    'SEARCH threads USING INDEX threads_by_id (id=?)',
    'SEARCH threads USING INDEX threads_by_external_id (external_id=? AND is_archived=?)',
    'SEARCH reports USING INDEX reports_by_thread_and_kind (thread_id=? AND kind=?)',
    'SEARCH reports USING INDEX reports_by_owner (workspace_id=? AND user_id=? AND sequence>?)',
  ])
})

it('SQLite plans what a chat asks once, whatever values it is asked with', async () => {
  const exec = vi.spyOn(DatabaseSync.prototype, 'exec')
  const { store } = await open()
  const database = exec.mock.contexts[0] as unknown as DatabaseSync
  exec.mockRestore()
  const chat = async (id: string) => {
    const question = userMessage(`${id} question`)
    const answer = reply(`${id} reply`, question.id)
    const grow = (chunk: UIMessageChunk) =>
      store.saveReplies([{ ...growth(answer.id, chunk), runId: id }])
    await store.listMessages(owner, id)
    await store.addExchange(owner, {
      threadId: id,
      messages: [question, answer],
      run: { runId: id, name: undefined, fingerprint: '', serverId: 's' },
    })
    await grow(said('Hi'))
    await store.listMessages(owner, id, 50)
    await grow({ type: 'finish' })
    await store.listBranch(owner, id, answer.id)
    await store.findMessages(owner, id, [question.id])
    await store.addExchange(owner, {
      threadId: id,
      messages: [userMessage(`${id} more`, answer.id)],
      run: { runId: `${id} 2`, name: id, fingerprint: '', serverId: 's' },
    })
    await store.findRun(owner, id)
    await store.listThreads(owner, { limit: 20, is_archived: false })
  }
  // Asked whenever a statement is planned.
  const plan = vi.fn<() => number>(() => constants.SQLITE_OK)
  database.setAuthorizer(plan)
  await chat('first')
  expect(plan).toHaveBeenCalled()
  plan.mockClear()
  await chat('second')
  expect(plan).not.toHaveBeenCalled()
})

async function open() {
  const file = openNodeSqlite(':memory:')
  const { db } = await openKysely<Schema>(file)
  onTestFinished(() => db.destroy())
  await migrate(db, 'sqlite')
  const { prepare } = file
  const asked: string[] = []
  file.prepare = (sql) => {
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
  const database = databaseOver(db, 'sqlite')
  return { database, store: new SqlThreadStore(database), planOf }
}
