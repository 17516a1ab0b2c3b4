import { createProblem, textOfParts, type Message } from '@assistant-ui-proxy/contract'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createConfig } from '../config/config.ts'
import { createDependencies } from '../dependencies.ts'
import { openPostgresStorage } from '../drivers/storage/sql/open-postgres-storage.ts'
import { SqlThreadStore } from '../drivers/storage/sql/sql-thread-store.ts'
import type { Owner } from '../identity/owner.ts'
import { growth, said, userMessage } from './conformance/describe-thread-store.ts'
import { openHeldPostgres } from './conformance/held-postgres.ts'
import {
  allowConnections,
  breakConnections,
  createTestDatabase,
  inDatabase,
} from './postgres-test-database.ts'
import { startTestServer } from './test-server.ts'
import { databaseOver } from '../drivers/storage/sql/sql-database.ts'

const owner: Owner = { workspaceId: 'w', userId: 'u' }
const rounds = Array.from({ length: 20 }, (_, round) => round)

describe('PostgreSQL', { timeout: 20_000 }, () => {
  it('is migrated once by servers that start together', async () => {
    const url = await createTestDatabase()
    const stores = await Promise.all([openStore(url), openStore(url), openStore(url)])
    await stores[0].createThread(owner, { id: 't', title: 'Seen by all' })
    for (const store of stores)
      expect(await store.getThread(owner, 't')).toMatchObject({ title: 'Seen by all' })
  })

  it('lets one of two raced creations win, and tells the other that the id is taken', async () => {
    const stores = await openTwo()
    for (const round of rounds) {
      const thread = { id: `t${round}`, title: null }
      const results = await Promise.allSettled(
        stores.map((store) => store.createThread(owner, thread)),
      )
      expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { problem: { code: 'id_taken' } },
      })
    }
  })

  it('stores a question in one statement, in a new thread and in one that goes on', async () => {
    const url = await createTestDatabase()
    await openStore(url)
    const { store, asked } = openHeld(url)
    const ask = (id: string, parentId: string | null) => ({
      threadId: 't',
      messages: [{ ...userMessage(id), parent_id: parentId }],
      run: undefined,
    })
    expect(await store.beginThread(owner, ask('a', null))).toBe(true)
    await store.addExchange(owner, ask('b', 'a'))
    expect(asked).toHaveLength(2)
    expect((await store.listMessages(owner, 't')).map(({ id }) => id)).toEqual(['a', 'b'])
    const activity = (await store.getThread(owner, 't'))?.last_message_at
    await expect(store.addExchange(owner, ask('c', 'x'))).rejects.toMatchObject({
      problem: { code: 'message_not_found' },
    })
    expect((await store.getThread(owner, 't'))?.last_message_at).toBe(activity)
  })

  it('stores a raced exchange once, whatever the order of its rows', async () => {
    const stores = await openTwo()
    for (const round of rounds) {
      const threadId = `t${round}`
      const messages = ['a', 'b', 'c'].map((id) => userMessage(`${id}${round}`))
      const orders = [messages, messages.toReversed()]
      const results = await Promise.allSettled(
        stores.map((store, index) =>
          store.addExchange(owner, { threadId, messages: orders[index] ?? [] }),
        ),
      )
      expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { problem: { code: 'id_taken' } },
      })
      expect(await stores[0].listMessages(owner, threadId)).toHaveLength(3)
    }
  })

  it('adds an exchange, and saves a reply, while the thread is deleted', async () => {
    const [first, second] = await openTwo()
    for (const round of rounds) {
      const [threadId, messageId] = [`t${round}`, `r${round}`]
      await first.addExchange(owner, { threadId, messages: [streaming(messageId)] })
      await first.saveReplies([growth(messageId, said('so'))])
      await Promise.all([
        second.deleteThread(owner, threadId),
        first.saveReplies([growth(messageId, said(' far'))]),
        first.addExchange(owner, { threadId, messages: [userMessage(`m${round}`)] }),
      ])
      const left = (await first.listMessages(owner, threadId)).map(({ id }) => id)
      // Before the deletion, and gone with the thread; or after it, in a thread of its own.
      expect([[], [`m${round}`]]).toContainEqual(left)
    }
  })

  it('keeps the end of a reply that another server is about to fail', async () => {
    const [first, second] = await openTwo()
    const problem = createProblem('run_interrupted', 'The server stopped.')
    for (const round of rounds) {
      const messageId = `r${round}`
      await first.addExchange(owner, { threadId: 't', messages: [streaming(messageId)] })
      await first.saveReplies([growth(messageId, said('half'))])
      await Promise.all([
        first.saveReplies([growth(messageId, said(' and half'), { type: 'finish' })]),
        second.failAbandoned('second', problem),
      ])
      const [reply] = await first.findMessages(owner, 't', [messageId])
      expect(reply).toMatchObject({ status: 'complete', parts: [{ text: 'half and half' }] })
      expect(reply?.parts).toHaveLength(1)
    }
  })

  it('ends what a server left a few at a time, since together it may be more than can be written', async () => {
    const url = await createTestDatabase()
    const store = await openStore(url)
    const ids = Array.from({ length: 40 }, (_, index) => `r${index}`)
    for (const id of ids)
      await store.addExchange(owner, { threadId: id, messages: [streaming(id)] })
    await store.saveReplies(ids.map((id) => growth(id, said(id === 'r39' ? 'poison' : 'half'))))
    await inDatabase(url, "alter table messages add check (parts not like '%poison%')")
    const problem = createProblem('run_interrupted', 'The server stopped.')
    await expect(store.failAbandoned('alive', problem)).rejects.toThrow('check constraint')
    const [first] = await store.findMessages(owner, 'r0', ['r0'])
    expect(first).toMatchObject({ status: 'failed', parts: [{ text: 'half' }] })
  })

  it('keeps the end of a run out of the one that takes its place at that moment', async () => {
    const { store, other, hold, begin, resume, textOf } = await openInterrupted()
    await begin('ending')
    const writing = hold('before', /update messages set parts/)
    const late = { ...growth('ending', said('late'), { type: 'finish' }), runId: 'r1' }
    const ending = store.saveReplies([late])
    await writing.reached
    const resuming = other.addExchange(owner, resume('ending'))
    await Promise.race([resuming, new Promise((resolve) => setTimeout(resolve, 500))])
    writing.release()
    await Promise.all([ending, resuming])
    const anew = { ...growth('ending', said('anew'), { type: 'finish' }), runId: 'r2' }
    await other.saveReplies([anew])
    expect(await textOf('ending')).toBe('anew')
  })

  it('keeps what a run grows by out of the one that is about to take its place', async () => {
    const { store, other, hold, begin, resume, textOf } = await openInterrupted()
    await begin('growing')
    const resumed = hold('after', /delete from "reply_growth"/)
    const resuming = store.addExchange(owner, resume('growing'))
    await resumed.reached
    const growing = other.saveReplies([{ ...growth('growing', said('late')), runId: 'r1' }])
    await Promise.race([growing, new Promise((resolve) => setTimeout(resolve, 500))])
    resumed.release()
    await Promise.all([growing, resuming])
    const whole = { ...growth('growing', said('anew'), { type: 'finish' }), runId: 'r2' }
    await other.saveReplies([whole])
    expect(await textOf('growing')).toBe('anew')
  })

  it('keeps what somebody says while what they had is claimed for another', async () => {
    const url = await createTestDatabase()
    const [first, second] = [await openAll(url), await openAll(url)]
    for (const round of Array.from({ length: 40 }, (_, index) => index)) {
      const from = { workspaceId: 'w', userId: `anonymous-${round}` }
      const to = { workspaceId: 'w', userId: `known-${round}` }
      const threadId = `t${round}`
      await first.store.addExchange(from, { threadId, messages: [userMessage(`a${round}`)] })
      const messages = [userMessage(`b${round}`), streaming(`r${round}`)]
      const run = { runId: `run${round}`, name: 'n', fingerprint: 'f', serverId: 's' }
      const [claimed, added] = await Promise.allSettled([
        first.identityStore.claim(from, to),
        second.store.addExchange(from, { threadId, messages, run }),
      ])
      expect(added.status).toBe('fulfilled')
      // Where the run writes it, whoever was first.
      expect(await second.store.findRun(from, threadId)).toMatchObject({ runId: `run${round}` })
      const theirs = claimed.status === 'fulfilled' ? [`a${round}`] : []
      const listed = await first.store.listMessages(to, threadId)
      expect(listed.map(({ id }) => id)).toEqual(theirs)
    }
  })

  it('lets one of two raced runs of one name win, and tells the other which', async () => {
    const stores = await openTwo()
    for (const round of rounds) {
      const results = await Promise.allSettled(
        stores.map((store, index) =>
          store.addExchange(owner, {
            threadId: `t${round}`,
            messages: [userMessage(`u${round}`), streaming(`r${round}-${index}`)],
            run: { runId: `${round}-${index}`, name: 'n', fingerprint: 'f', serverId: 's' },
          }),
        ),
      )
      const winner = results.findIndex(({ status }) => status === 'fulfilled')
      expect(results[1 - winner]).toMatchObject({
        status: 'rejected',
        reason: { run: { runId: `${round}-${winner}` } },
      })
      expect(await stores[0].listMessages(owner, `t${round}`)).toHaveLength(2)
    }
  })

  it('lets one run at a time into a thread that was deleted meanwhile, and begun anew', async () => {
    const url = await createTestDatabase()
    const other = await openStore(url)
    const { store, hold } = openHeld(url)
    const exchange = (name: string) => ({
      threadId: 't',
      messages: [userMessage(`u${name}`), { ...streaming(`r${name}`), parent_id: `u${name}` }],
      run: { runId: name, name, fingerprint: 'f', serverId: 's' },
    })
    const looking = hold('before', /^insert into "threads"/)
    const found = hold('after', /^insert into "threads"/)
    const adding = store.addExchange(owner, exchange('first'))
    await looking.reached
    await other.createThread(owner, { id: 't', title: null })
    looking.release()
    await found.reached
    const inserting = hold('before', /insert into messages/)
    await other.deleteThread(owner, 't')
    found.release()
    await inserting.reached
    const second = other.addExchange(owner, exchange('second'))
    await Promise.race([second, new Promise((resolve) => setTimeout(resolve, 500))])
    inserting.release()
    const [first, late] = await Promise.allSettled([adding, second])
    expect(first).toMatchObject({ status: 'fulfilled' })
    expect(late).toMatchObject({ status: 'rejected', reason: { run: { runId: 'first' } } })
  })

  it('gives one title to a thread that two servers title', async () => {
    const stores = await openTwo()
    await stores[0].createThread(owner, { id: 't', title: null })
    const titled = await Promise.all(
      stores.map((store, index) => store.titleIfUntitled(owner, 't', `Title ${index}`)),
    )
    expect(titled[0]?.title).toBe(titled[1]?.title)
  })

  it('takes a title with a NUL, and leaves that out; a message keeps it', async () => {
    const store = await openStore(await createTestDatabase())
    expect(await store.createThread(owner, { id: 't', title: 'A\0B' })).toMatchObject({
      title: 'AB',
    })
    expect(await store.updateThread(owner, 't', { title: 'C\0' })).toMatchObject({ title: 'C' })
    await store.addExchange(owner, { threadId: 't', messages: [streaming('r')] })
    for (const text of ['\0', ' and \0']) await store.saveReplies([growth('r', said(text))])
    expect(await store.listMessages(owner, 't')).toMatchObject([{ parts: [{ text: '\0 and \0' }] }])
  })

  it('outlives its connections, idle and at work', async () => {
    const url = await createTestDatabase()
    const store = await openStore(url)
    const working = rounds.map(() => store.ping())
    await Promise.allSettled([...working, breakConnections(url)])
    await expect.poll(() => store.ping().then(() => 'answers')).toBe('answers')
  })

  it('is reported by /ready when it is gone, and when it is back', async () => {
    const url = await createTestDatabase()
    const { client } = await startTestServer({ env: { DATABASE_URL: url } })
    expect((await client.system.ready()).body).toMatchObject({ storage: 'postgres', problems: [] })
    await allowConnections(url, false)
    await breakConnections(url)
    await expect.poll(async () => (await client.system.ready()).status).toBe(503)
    expect((await client.system.ready()).body).toMatchObject({
      problems: ['the storage does not answer'],
    })
    await allowConnections(url, true)
    await expect.poll(async () => (await client.system.ready()).status).toBe(200)
  })

  it('is named in one line, without its password, where it cannot be reached', async () => {
    const good = new URL(await createTestDatabase())
    const badPassword = new URL(good)
    badPassword.password = 'hush-hush'
    const badPort = new URL(badPassword)
    badPort.port = '1'
    const badName = new URL(`${good}x`)
    for (const url of [badPassword, badPort, badName]) {
      const config = createConfig({ DATABASE_URL: url.href, UPSTREAM: 'demo' })
      const error = await createDependencies(config).catch((thrown: unknown) => thrown)
      const { message } = error as Error
      expect(message).toMatch(
        /^The database postgres, 127\.0\.0\.1:\d+\/\w+ cannot be opened \(.+\): check DATABASE_URL\.$/,
      )
      expect(message).not.toContain(url.password)
    }
  })
})

async function openAll(url: string) {
  const options = { url, poolSize: 5, statementTimeoutMs: 10_000 }
  const opened = await openPostgresStorage(options)
  onTestFinished(opened.close)
  return opened
}

async function openStore(url: string) {
  return (await openAll(url)).store
}

/** Two servers' stores over one database. */
async function openTwo() {
  const url = await createTestDatabase()
  return [await openStore(url), await openStore(url)] as const
}

function openHeld(url: string) {
  const { db, ...held } = openHeldPostgres(url)
  return { store: new SqlThreadStore(databaseOver(db, 'postgres')), ...held }
}

/** Two servers' stores, of which the first can be held, and replies that were failed in their writer's stead. */
async function openInterrupted() {
  const url = await createTestDatabase()
  const other = await openStore(url)
  const { store, hold } = openHeld(url)
  const claim = (runId: string) => ({ runId, name: runId, fingerprint: 'f', serverId: 'dead' })
  return {
    store,
    other,
    hold,
    begin: async (id: string) => {
      await store.addExchange(owner, { threadId: id, messages: [streaming(id)], run: claim('r1') })
      await other.failAbandoned('other', createProblem('run_interrupted', 'The server stopped.'))
    },
    resume: (id: string) => ({
      threadId: id,
      messages: [],
      resumed: { id, parts: [] },
      run: claim('r2'),
    }),
    textOf: async (id: string) => {
      const [reply] = await other.findMessages(owner, id, [id])
      return textOfParts(reply?.parts ?? [])
    },
  }
}

function streaming(id: string): Message {
  return { ...userMessage(id), role: 'assistant', parts: [], status: 'streaming' }
}
