import { Client } from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { userMessage } from '../../../tests/conformance/describe-thread-store.ts'
import { createTestDatabase } from '../../../tests/postgres-test-database.ts'
import { openHeldPostgres } from '../../../tests/conformance/held-postgres.ts'
import type { IndexedText, SearchIndex } from '../../../search/search-index.ts'
import { parseWordQuery, wordsOf } from '../../../search/words.ts'
import type { ThreadStore } from '../../../threads/thread-store.ts'
import type { Owner } from '../../../identity/owner.ts'
import { openPostgresStorage } from './open-postgres-storage.ts'
import { SqlCloudMessages } from './sql-cloud-messages.ts'
import { SqlSearchIndex } from './sql-search-index.ts'
import { databaseOver } from './sql-database.ts'

const owner: Owner = { workspaceId: 'w', userId: 'u' }
const whale = parseWordQuery('whale')

describe('PostgreSQL', () => {
  it('has no words of messages that are deleted while they are indexed', async () => {
    const { db, hold, store, searchIndex } = await openTwo()
    const messages = new SqlCloudMessages(databaseOver(db, 'postgres'))
    await say(store, 't', 'm1', 'whale')
    await say(store, 't', 'm2', 'whale')
    const pending = await listPending(searchIndex)
    const deleted = hold('after', /^delete from/)
    const deleting = messages.delete(owner, 't', ['m2'])
    await deleted.reached
    await searchIndex.add(pending)
    deleted.release()
    await deleting
    await searchIndex.add(await listPending(searchIndex))
    const documents = await db.selectFrom('search_documents').select('message_id').execute()
    expect(documents).toEqual([{ message_id: 'm1' }])
  })

  it('finds an older message of a thread where the newest that was found is gone', async () => {
    const { db, store, searchIndex } = await openTwo()
    for (const id of ['m1', 'm2', 'm3']) await say(store, 't', id, `whale ${id}`)
    await searchIndex.add(await listPending(searchIndex))
    await db.deleteFrom('messages').where('id', 'in', ['m2', 'm3']).execute()
    expect(await searchIndex.find(owner, whale, 10)).toMatchObject([{ text: 'whale m1' }])
  })

  it('looks up what is rare before it sorts, and reads no other backwards until there is enough', async () => {
    const { db, asked, store, searchIndex, client } = await openTwo()
    await say(store, 't', 'm', 'fish')
    await searchIndex.add(await listPending(searchIndex))
    await client.query(`
      insert into search_documents (workspace_id, user_id, thread_id, message_id, words)
      select workspace_id, user_id, thread_id, 'n',
        case when n % 20 > 0 then 'whale ownerother' else words end
      from search_documents, generate_series(1, 20000) n`)
    await client.query('analyze')
    expect(
      await new SqlSearchIndex(databaseOver(db, 'postgres')).find(
        owner,
        parseWordQuery('whale '),
        10,
      ),
    ).toEqual([])
    const [sql = '', parameters] = asked.findLast(([each]) => each.includes('@@')) ?? []
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, parameters)
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).not.toContain('search_documents_pkey')
  })

  it('looks through the older documents too, but for threads that the newer ones have', async () => {
    const { store, searchIndex, client } = await openTwo()
    await say(store, 'old', 'm', 'whale')
    await say(store, 'new', 'm0', 'whale')
    await searchIndex.add(await listPending(searchIndex))
    await client.query(`select setval('search_documents_sequence_seq', 60000)`)
    await say(store, 'new', 'm1', 'whale')
    await searchIndex.add(await listPending(searchIndex))
    await client.query(`
      insert into search_documents (workspace_id, user_id, thread_id, message_id, words)
      select workspace_id, user_id, thread_id, message_id, words
      from search_documents, generate_series(1, 1200) where message_id = 'm1'`)
    const found = await searchIndex.find(owner, whale, 10)
    expect(found.map(({ thread, messageId }) => [thread.id, messageId])).toEqual([
      ['new', 'm1'],
      ['old', 'm'],
    ])
  })

  it('indexes a thread while it is deleted, and neither gets in the way of the other', async () => {
    const { db, hold, store, searchIndex, client, close } = await openTwo()
    const index = new SqlSearchIndex(databaseOver(db, 'postgres'))
    await say(store, 't', 'm', 'whale')
    const pending = await listPending(searchIndex)
    const claimed = hold('after', /messages.*is_indexed/s)
    const indexing = index.add(pending)
    await claimed.reached
    const deleting = store.deleteThread(owner, 't')
    await new Promise((resolve) => setTimeout(resolve, 300))
    claimed.release()
    expect(await deleting).toBe(true)
    await indexing
    // Counted when the connections end.
    await Promise.all([close(), db.destroy()])
    const { rows } = await client.query(
      'select deadlocks from pg_stat_database where datname = current_database()',
    )
    expect(rows).toEqual([{ deadlocks: '0' }])
  })
})

it('PostgreSQL indexes texts of a long thread without reading all that it has of it', async () => {
  const { store, searchIndex, client, close } = await openTwo()
  const texts = Array.from({ length: 16 }, (_, at) => userMessage(`m${at}`))
  await store.addExchange(owner, { threadId: 't', messages: texts })
  await client.query(`insert into search_documents (workspace_id, user_id, thread_id, message_id)
    select 'w', 'u', 't', 'n' || n from generate_series(1, 100000) n`)
  await client.query('analyze')
  await searchIndex.add(await listPending(searchIndex))
  // Counted when the connections end.
  await close()
  const read = async () => {
    const { rows } = await client.query<{
      read: string
    }>(`select seq_tup_read + idx_tup_fetch as read
      from pg_stat_user_tables where relname = 'search_documents' and n_tup_ins >= 100016`)
    return Number(rows[0]?.read)
  }
  await expect.poll(read, { timeout: 5_000 }).toBeLessThan(1_000)
})

/** A server's storage, and the way of a second one to the same database. */
async function openTwo() {
  const url = await createTestDatabase()
  const options = { url, poolSize: 4, statementTimeoutMs: 10_000 }
  const { store, searchIndex, close } = await openPostgresStorage(options)
  let closing: Promise<void> | undefined
  const closeOnce = () => (closing ??= close())
  onTestFinished(closeOnce)
  const client = new Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  return { ...openHeldPostgres(url), store, searchIndex, client, close: closeOnce }
}

async function say(store: ThreadStore, threadId: string, id: string, text: string) {
  const messages = [{ ...userMessage(id), parts: [{ type: 'text' as const, text }] }]
  await store.addExchange(owner, { threadId, messages })
}

async function listPending(index: SearchIndex): Promise<IndexedText[]> {
  const pending = await index.listPending(100)
  return pending.map((each) => ({ ...each, words: wordsOf(each.text) }))
}
