import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AssistantCloud } from 'assistant-cloud'
import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { chunksIn, hello, post, scriptConversation, textOf } from './conversation.ts'
import { createTestDatabase } from './postgres-test-database.ts'
import { makeTemporaryFolder, startTestServer } from './test-server.ts'

/** Asks a database that it opens by itself. */
type Query = (sql: string) => Promise<Record<string, unknown>[]>

describe.each(['SQLite', 'PostgreSQL'])(
  'a user who is erased, on %s',
  { timeout: 30_000 },
  (database) => {
    it('leaves no row in any table, and nobody else loses one', async () => {
      const { env, query } = await openDatabase(database)
      const FILES_URL = `disk:${await makeTemporaryFolder()}`
      const { url, apiKeys } = await startTestServer({
        env: { AUTH: 'api-key', FILES_URL, ...env },
      })
      const { key: apiKey = '' } = (await apiKeys?.create('k')) ?? {}
      const act = async (userId: string) => {
        const cloud = new AssistantCloud({ baseUrl: url, apiKey, userId, workspaceId: 'w' })
        const { thread_id } = await cloud.threads.create({
          last_message_at: new Date(),
          title: 'T',
        })
        const content = { role: 'user', parts: [{ type: 'text', text: 'Remember me' }] }
        const body = { parent_id: null, format: 'ai-sdk/v6', content }
        const { message_id } = await cloud.threads.messages.create(thread_id, body)
        await cloud.threads.messages.feedback(thread_id, message_id, { type: 'positive' })
        await cloud.scores.create({ name: 'x', data_type: 'numeric', value: 1 })
        const { signedUrl } = await cloud.files.generatePresignedUploadUrl({ filename: 'a.txt' })
        const headers = { 'content-type': 'text/plain' }
        await fetch(signedUrl, { method: 'PUT', headers, body: 'x' })
      }
      await Promise.all(['alice', 'bob'].map(act))
      const rowsOf = async (userId: string) => {
        const tables = await query(tablesOfUsers[database] ?? '')
        const counts = tables.map(async ({ name }) => {
          const [row] = await query(
            `select count(*) as rows from ${String(name)} where user_id = '${userId}'`,
          )
          return [name, Number(row?.['rows'])] as const
        })
        return Object.fromEntries(await Promise.all(counts)) as Record<string, number>
      }
      // The title and the message are found, so they are in the index too.
      await expect.poll(async () => (await rowsOf('alice'))['search_documents'], patiently).toBe(2)
      const before = await rowsOf('bob')
      expect(before).toMatchObject({ threads: 1, messages: 1, reports: 2, files: 1 })
      const headers = { authorization: `Bearer ${apiKey}`, 'aui-workspace-id': 'w' }
      const answer = await fetch(`${url}/v1/projects/users/alice`, { method: 'DELETE', headers })
      expect(await answer.json()).toEqual({ threads: 1 })
      expect(new Set(Object.values(await rowsOf('alice')))).toEqual(new Set([0]))
      await expect.poll(() => rowsOf('bob'), patiently).toEqual({ ...before, search_documents: 2 })
    })
  },
)

it('a user who is erased has no reply written any more, and none is remembered', async () => {
  const { upstream, say, finish, closed, asked } = scriptConversation()
  const { url, apiKeys } = await startTestServer({ env: { AUTH: 'api-key' }, upstream })
  const { key = '' } = (await apiKeys?.create('k')) ?? {}
  const headers = { authorization: `Bearer ${key}`, 'aui-user-id': 'alice' }
  const reading = post(url, hello, headers).then((answer) => answer.text())
  say('partial')
  await expect.poll(asked).toBe(1)
  const erased = await fetch(`${url}/v1/projects/users/alice`, { method: 'DELETE', headers })
  expect(await erased.json()).toEqual({ threads: 1 })
  expect(closed()).toBe(true)
  expect(chunksIn(await reading).at(-1)).toEqual({ type: 'abort' })
  const again = post(url, hello, headers).then((answer) => answer.text())
  await expect.poll(asked).toBe(2)
  say('anew')
  finish()
  expect(textOf(chunksIn(await again))).toBe('anew')
})

it.each([
  ['UTF-8', 'Zoë 山', Buffer.from('Zoë 山').toString('latin1')],
  ['Latin-1', 'Zoë', 'Zoë'],
])('a user whom a header names in %s is the one of that name', async (_coding, userId, header) => {
  const { url, apiKeys } = await startTestServer({ env: { AUTH: 'api-key' } })
  const { key = '' } = (await apiKeys?.create('k')) ?? {}
  const authorization = `Bearer ${key}`
  const { status } = await post(url, hello, { authorization, 'aui-user-id': header })
  expect(status).toBe(200)
  const path = `/v1/projects/users/${encodeURIComponent(userId)}`
  const erased = await fetch(url + path, { method: 'DELETE', headers: { authorization } })
  expect(await erased.json()).toEqual({ threads: 1 })
})

/** Texts are indexed behind the requests. */
const patiently = { timeout: 10_000, interval: 200 }

const tablesOfUsers: Record<string, string> = {
  SQLite: `select m.name from sqlite_master m join pragma_table_info(m.name) c
    where m.type = 'table' and c.name = 'user_id'`,
  PostgreSQL: `select table_name as name from information_schema.columns
    where column_name = 'user_id' and table_schema = 'public'`,
}

async function openDatabase(
  database: string,
): Promise<{ env: Record<string, string>; query: Query }> {
  if (database === 'SQLite') {
    const path = join(await makeTemporaryFolder(), 'x.db')
    const query: Query = async (sql) => {
      const db = new DatabaseSync(path)
      try {
        return db.prepare(sql).all()
      } finally {
        db.close()
      }
    }
    return { env: { DATABASE_URL: `sqlite:${path}` }, query }
  }
  const DATABASE_URL = await createTestDatabase()
  const query: Query = async (sql) => {
    const client = new Client({ connectionString: DATABASE_URL })
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows
    } finally {
      await client.end()
    }
  }
  return { env: { DATABASE_URL }, query }
}
