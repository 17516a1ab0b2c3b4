import { textOfParts } from '@assistant-ui-proxy/contract'
import { Client } from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { another, chunksIn, hello, messagesOf, post, scriptConversation } from './conversation.ts'
import { allowConnections, breakConnections, createTestDatabase } from './postgres-test-database.ts'
import { startRelay } from './relay.ts'
import { startTestServer } from './test-server.ts'

const unavailable = {
  status: 503,
  body: { code: 'storage_unavailable', detail: expect.stringContaining('Try again') },
}

describe('a PostgreSQL that fails', { timeout: 30_000 }, () => {
  it('is an honest 503 while it is silent, and is used again when it answers', async () => {
    const relay = await startRelay(await createTestDatabase())
    const { client, lines } = await startServer(relay.url)
    expect(await client.threads.list()).toMatchObject({ status: 200 })
    relay.setSilent(true)
    const [list, created, ready] = await Promise.all([
      client.threads.list(),
      client.threads.create({ body: { title: 'Lost' } }),
      client.system.ready(),
    ])
    expect(list).toMatchObject(unavailable)
    expect(created).toMatchObject(unavailable)
    expect(ready.status).toBe(503)
    relay.setSilent(false)
    await expect.poll(async () => (await client.threads.list()).status).toBe(200)
    expect(lines.join('')).toContain('Query read timeout')
  })

  it('is an honest 503 while it takes no connections', async () => {
    const url = await createTestDatabase()
    const { client } = await startServer(url)
    await allowConnections(url, false)
    await breakConnections(url)
    await expect.poll(() => client.threads.list()).toMatchObject(unavailable)
    const answer = await client.threads.get({ params: { thread_id: 't' } })
    expect(answer.headers.get('retry-after')).toBe('1')
    await allowConnections(url, true)
    await expect.poll(async () => (await client.threads.list()).status).toBe(200)
  })

  it('is an honest 503 for a statement that takes too long', async () => {
    const url = await createTestDatabase()
    const { client } = await startServer(url)
    const unlock = await hold(url, lockOf('threads'))
    expect(await client.threads.list()).toMatchObject(unavailable)
    await unlock()
    expect((await client.threads.list()).status).toBe(200)
  })

  it('tells of a reply whose end it cannot store, and has it as soon as it can', async () => {
    const url = await createTestDatabase()
    const { upstream, say, finish } = scriptConversation()
    const { client, url: serverUrl } = await startServer(url, upstream)
    say('all ')
    const answer = await post(serverUrl, hello)
    const unlock = await hold(url, lockOf('messages'))
    say('of it')
    finish()
    const last = chunksIn(await answer.text()).at(-1)
    expect(last).toMatchObject({
      type: 'error',
      errorText: expect.stringContaining('storage_unavailable'),
    })
    await unlock()
    await expect
      .poll(async () => (await messagesOf(client))[1], { timeout: 5_000 })
      .toMatchObject({ status: 'complete', parts: [{ text: 'all of it' }] })
    say('more')
    finish()
    await (await post(serverUrl, another)).text()
    const [, , , reply] = await messagesOf(client)
    expect(textOfParts(reply?.parts ?? [])).toBe('more')
  })
})

it('a stop that comes while the end is being stored waits for it, and stops nothing', async () => {
  const url = await createTestDatabase()
  const { upstream, say, finish } = scriptConversation()
  const { client, url: serverUrl } = await startServer(url, upstream)
  say('all of it')
  const answer = await post(serverUrl, hello)
  await expect.poll(() => messagesOf(client)).toMatchObject([{}, { parts: [{}] }])
  const release = await hold(url, "select from messages where status = 'streaming' for update")
  finish()
  await new Promise((resolve) => setTimeout(resolve, 50))
  const stopping = client.chat.stop({ params: { thread_id: 't1' } })
  await new Promise((resolve) => setTimeout(resolve, 50))
  await release()
  expect(await stopping).toMatchObject({ status: 200, body: { stopped: false } })
  expect(chunksIn(await answer.text()).at(-1)).toMatchObject({ type: 'finish' })
})

async function startServer(url: string, upstream = scriptConversation().upstream) {
  const lines: string[] = []
  const env = { DATABASE_URL: url, DATABASE_STATEMENT_TIMEOUT_MS: '300' }
  const server = await startTestServer({ env, upstream, onLog: (line) => lines.push(line) })
  return { ...server, lines }
}

const lockOf = (table: string) => `lock table ${table} in access exclusive mode`

/** Begins a transaction that holds a lock. @returns what ends it */
async function hold(url: string, lock: string): Promise<() => Promise<void>> {
  const client = new Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end().catch(() => undefined))
  await client.query(`begin; ${lock}`)
  return async () => void (await client.query('rollback'))
}
