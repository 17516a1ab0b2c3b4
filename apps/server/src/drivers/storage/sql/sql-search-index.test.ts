import { Client } from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { userMessage } from '../../../tests/conformance/describe-thread-store.ts'
import { createTestDatabase } from '../../../tests/postgres-test-database.ts'
import { wordsOf } from '../../../search/words.ts'
import type { Owner } from '../../../identity/owner.ts'
import { openPostgresStorage } from './open-postgres-storage.ts'

const owner: Owner = { workspaceId: 'w', userId: 'u' }

it('PostgreSQL indexes texts of a long thread without reading all that it has of it', async () => {
  const url = await createTestDatabase()
  const options = { url, poolSize: 2, statementTimeoutMs: 10_000 }
  const { store, searchIndex, close } = await openPostgresStorage(options)
  const texts = Array.from({ length: 16 }, (_, at) => userMessage(`m${at}`))
  await store.addExchange(owner, { threadId: 't', messages: texts })
  const client = new Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  await client.query(`insert into search_documents (workspace_id, user_id, thread_id, message_id)
    select 'w', 'u', 't', 'n' || n from generate_series(1, 100000) n`)
  await client.query('analyze')
  const pending = await searchIndex.listPending(16)
  await searchIndex.add(pending.map((each) => ({ ...each, words: wordsOf(each.text) })))
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
