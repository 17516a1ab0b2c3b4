import { textOfParts } from '@assistant-ui-proxy/contract'
import { Client } from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { another, chunksIn, hello, messagesOf, post, scriptConversation } from './conversation.ts'
import {
  allowConnections,
  breakConnections,
  createTestDatabase,
  inDatabase,
} from './postgres-test-database.ts'
import { startRelay } from './relay.ts'
import { finishBatch, scriptUpstream, textBatch } from './scripted-upstream.ts'
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

  it('is not ready while nothing can be written, and is again when it can', async () => {
    const url = await createTestDatabase()
    const { client } = await startServer(url)
    const unlock = await hold(url, lockOf('leases'))
    const isReady = () => client.system.ready()
    await expect
      .poll(isReady, { timeout: 10_000 })
      .toMatchObject({ status: 503, body: { problems: [expect.stringContaining('written')] } })
    await unlock()
    await expect.poll(isReady, { timeout: 10_000 }).toMatchObject({ status: 200 })
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
    const again = chunksIn(await (await post(serverUrl, hello)).text())
    expect(again.at(-1)).toMatchObject({ type: 'finish' })
    say('more')
    finish()
    await (await post(serverUrl, another)).text()
    const [, , , reply] = await messagesOf(client)
    expect(textOfParts(reply?.parts ?? [])).toBe('more')
  })

  it('has a long reply wait until it can be stored', async () => {
    const database = await createTestDatabase()
    const { promise: isAway, resolve: goOn } = Promise.withResolvers<void>()
    let said = 0
    const { upstream } = scriptUpstream(async function* () {
      for (; said < 20; said++) {
        yield textBatch('x'.repeat(65_536))
        await isAway
      }
      yield finishBatch
    })
    // Its end is a megabyte.
    const { client, url } = await startServer(database, upstream, 5_000)
    const answer = await post(url, hello)
    await allowConnections(database, false)
    await breakConnections(database)
    goOn()
    const reading = answer.text()
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    expect(said).toBeLessThan(10)
    await allowConnections(database, true)
    expect(chunksIn(await reading).at(-1)).toEqual({ type: 'finish' })
    const [, reply] = await messagesOf(client)
    expect(textOfParts(reply?.parts ?? [])).toHaveLength(20 * 65_536)
  })

  it('has a reply once, whose commits were heard and not answered', async () => {
    const relay = await startRelay(await createTestDatabase())
    const { upstream, say, finish } = scriptConversation()
    const { client, url } = await startServer(relay.url, upstream)
    say('one ')
    const answer = await post(url, hello)
    for (const word of ['two ', 'three ']) {
      const lost = relay.loseAnswerTo('commit', 'insert into reply_growth')
      say(word)
      await lost
    }
    await expect
      .poll(async () => textOfParts((await messagesOf(client))[1]?.parts ?? []))
      .toBe('one two three ')
    const lost = relay.loseAnswerTo('commit', 'update messages')
    say('four')
    finish()
    await lost
    expect(chunksIn(await answer.text()).at(-1)).toMatchObject({ type: 'error' })
    await expect
      .poll(async () => (await messagesOf(client))[1], { timeout: 5_000 })
      .toMatchObject({ status: 'complete', parts: [{ text: 'one two three four' }] })
    // The end is written once more a second later.
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect((await messagesOf(client))[1]?.parts).toMatchObject([{ text: 'one two three four' }])
  })

  it('does not keep a thread from its next message, where it took the last and could not say so', async () => {
    const relay = await startRelay(await createTestDatabase())
    const { upstream, say, finish } = scriptConversation()
    const { client, url } = await startServer(relay.url, upstream)
    expect(await client.threads.list()).toMatchObject({ status: 200 })
    const lost = relay.loseAnswerTo('insert into messages')
    const refused = await post(url, hello)
    await lost
    expect(refused.status).toBe(503)
    expect(await refused.json()).toMatchObject(unavailable.body)
    await expect.poll(() => messagesOf(client)).toMatchObject([{}, { status: 'failed' }])
    say('now')
    finish()
    const answer = await post(url, hello)
    expect(chunksIn(await answer.text()).at(-1)).toMatchObject({ type: 'finish' })
    expect(await messagesOf(client)).toMatchObject([
      { id: 'm1' },
      { parent_id: 'm1', status: 'failed', error: unavailable.body },
      { parent_id: 'm1', status: 'complete', parts: [{ text: 'now' }] },
    ])
  })
})

describe('a reply that the storage does not take', () => {
  const answering = scriptUpstream(async function* ({ messages }) {
    const question = textOfParts(messages.at(-1)?.parts ?? [])
    yield textBatch(question === 'bad' ? 'poison' : 'fine')
    yield finishBatch
  })

  it('is kept as failed, harms no other, and leaves its thread free', async () => {
    const database = await createTestDatabase()
    const { client, url, lines } = await startServer(database, answering.upstream)
    await inDatabase(database, "alter table messages add check (parts not like '%poison%')")
    const ask = async (id: string, content: string) => {
      const answer = await post(url, { id, messages: [{ role: 'user', content }] })
      return chunksIn(await answer.text()).at(-1)
    }
    const ids = Array.from({ length: 8 }, (_, index) => `t${index}`)
    const isBad = (id: string) => id.endsWith('3')
    const ends = await Promise.all(ids.map((id) => ask(id, isBad(id) ? 'bad' : 'good')))
    for (const [index, id] of ids.entries()) {
      const { body } = await client.threads.messages({ params: { thread_id: id } })
      const wanted = isBad(id)
        ? { status: 'failed', error: { code: 'internal' } }
        : { status: 'complete' }
      expect(body).toMatchObject([{}, wanted])
      expect(ends[index]?.type).toBe(isBad(id) ? 'error' : 'finish')
    }
    expect(lines.join('')).toContain('the end of a reply was not stored')
    expect(await ask('t3', 'good')).toMatchObject({ type: 'finish' })
  })

  it('fails where its run would wait for the storage, also with what the upstream failed with', async () => {
    const database = await createTestDatabase()
    const poison = { type: 'text-delta' as const, id: '0', delta: 'poison'.repeat(60_000) }
    const { upstream } = scriptUpstream(async function* ({ messages }) {
      yield textBatch('first')
      if (textOfParts(messages.at(-1)?.parts ?? []) === 'fail')
        yield [poison, { type: 'error', errorText: 'no more' }]
      yield [poison]
      yield finishBatch
    })
    const { client, url } = await startServer(database, upstream)
    await client.threads.list()
    await inDatabase(database, "alter table reply_growth add check (chunks not like '%poison%')")
    await inDatabase(database, "alter table messages add check (parts not like '%poison%')")
    for (const id of ['wait', 'fail']) {
      const answer = await post(url, { id, messages: [{ role: 'user', content: id }] })
      expect(chunksIn(await answer.text()).at(-1)).toMatchObject({ type: 'error' })
      const { body } = await client.threads.messages({ params: { thread_id: id } })
      expect(body).toMatchObject([{}, { status: 'failed' }])
    }
  })

  it('is not one that is nested deeper than the storage reads as JSON', async () => {
    let deep: unknown = 'deep'
    for (let depth = 0; depth < 1_200; depth++) deep = [deep]
    const { upstream } = scriptUpstream(async function* () {
      yield [{ type: 'data-deep', data: deep }]
      yield finishBatch
    })
    const { client, url } = await startTestServer({ upstream })
    const answer = await post(url, hello)
    expect(chunksIn(await answer.text()).at(-1)).toMatchObject({ type: 'finish' })
    expect(await messagesOf(client)).toMatchObject([
      {},
      { status: 'complete', parts: [{ type: 'data-deep', data: deep }] },
    ])
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

async function startServer(
  url: string,
  upstream = scriptConversation().upstream,
  statementTimeoutMs = 300,
) {
  const lines: string[] = []
  const env = { DATABASE_URL: url, DATABASE_STATEMENT_TIMEOUT_MS: String(statementTimeoutMs) }
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
