import { createClient } from '@assistant-ui-proxy/contract'
import { Redis } from 'ioredis'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { keyOf } from '../drivers/run-log/redis/keys.ts'
import {
  another,
  chunksIn,
  collect,
  hello,
  messagesOf,
  post,
  scriptConversation,
  statusOf,
  textOf,
} from './conversation.ts'
import { createTestDatabase } from './postgres-test-database.ts'
import { finishBatch, scriptUpstream, textBatch } from './scripted-upstream.ts'
import { startTestServer } from './test-server.ts'

describe.skipIf(inject('redisUrl') === '')('two servers of one store', { timeout: 30_000 }, () => {
  it('give a reply that one of them writes to the readers of both', async () => {
    const { here, there, say, finish } = await startTwo()
    const reading = collect(here.client.chat.stream(hello))
    say('one ')
    await expect.poll(() => statusOf(there.client)).toBe('streaming')
    // Before the reply ends: afterwards there is nothing to follow.
    const following = await there.client.chat.follow('t1')
    say('two')
    finish()
    expect(textOf(await reading)).toBe('one two')
    expect(await collect(following ?? [])).toEqual(await reading)
  })

  it('give exactly what follows an event that the other gave', async () => {
    const { here, there, say, finish } = await startTwo()
    const answer = post(here.url, hello)
    for (const word of ['one ', 'two ', 'three']) {
      say(word)
      await new Promise((resolve) => setTimeout(resolve, 40))
    }
    finish()
    const text = await (await answer).text()
    const whole = chunksIn(text)
    const ids = [...text.matchAll(/^id: (\S+)$/gm)].map(([, id]) => id ?? '')
    expect(ids).toHaveLength(whole.length)
    for (const [index, id] of ids.entries()) {
      const rest = await fetch(`${there.url}/api/chat/t1/stream`, {
        headers: { 'last-event-id': id },
      })
      expect(rest.status).toBe(200)
      expect(chunksIn(await rest.text())).toEqual(whole.slice(index + 1))
    }
  })

  it('tell that a reply goes on which is too long to be followed from its beginning', async () => {
    const { here, there, say } = await startTwo()
    const reading = post(here.url, hello).then((answer) => answer.text())
    for (let count = 0; count < 10; count++) say('x'.repeat(300_000))
    const following = async () => (await fetch(`${there.url}/api/chat/t1/stream`)).status
    await expect.poll(following, { timeout: 10_000 }).toBe(409)
    const askedAtMs = performance.now()
    expect(await following()).toBe(409)
    expect(performance.now() - askedAtMs).toBeLessThan(5_000)
    await here.client.chat.stop({ params: { thread_id: 't1' } })
    await reading
  })

  it('stop what the other writes, also before its first chunk', async () => {
    for (const words of ['partial', undefined]) {
      const { here, there, say, closed, asked } = await startTwo()
      const reading = collect(here.client.chat.stream(hello))
      if (words !== undefined) say(words)
      await expect.poll(asked).toBe(1)
      const answer = await there.client.chat.stop({ params: { thread_id: 't1' } })
      expect(answer).toMatchObject({ status: 200, body: { stopped: true } })
      expect(closed()).toBe(true)
      expect(await statusOf(there.client)).toBe('stopped')
      expect((await reading).at(-1)).toEqual({ type: 'abort' })
    }
  })

  it('end what the other writes in a thread that is deleted, and forget it', async () => {
    const { here, there, say, finish, closed, asked } = await startTwo()
    const reading = collect(here.client.chat.stream(hello))
    say('partial')
    await expect.poll(() => statusOf(there.client)).toBe('streaming')
    await there.client.threads.delete({ params: { thread_id: 't1' } })
    expect(closed()).toBe(true)
    expect((await reading).at(-1)).toEqual({ type: 'abort' })
    const again = collect(here.client.chat.stream(hello))
    await expect.poll(asked).toBe(2)
    say('anew')
    finish()
    expect(textOf(await again)).toBe('anew')
    expect(await messagesOf(there.client)).toHaveLength(2)
  })

  it('ask once for a message that is sent to both, however often', async () => {
    const { here, there, say, finish, asked } = await startTwo()
    const clients = [here.client, there.client]
    const readings = Array.from({ length: 40 }, (_, index) =>
      collect((clients[index % 2] ?? here.client).chat.stream(hello)),
    )
    await expect.poll(asked).toBe(1)
    say('one')
    finish()
    const replies = await Promise.all(readings)
    for (const chunks of replies) expect(chunks).toEqual(replies[0])
    expect(asked()).toBe(1)
    expect(await messagesOf(here.client)).toHaveLength(2)
    // Long after its end, when no log is left, the stored reply is told again.
    const { client } = await startTestServer({
      env: { ...here.env, REDIS_URL: '' },
      upstream: scriptConversation().upstream,
    })
    expect(textOf(await collect(client.chat.stream(hello)))).toBe('one')
  })

  it('refuse another message while the other writes, and name the run', async () => {
    const { here, there, say } = await startTwo()
    const reading = here.client.chat.stream(hello)
    say('one')
    await reading.next()
    const response = await post(there.url, another)
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({
      code: 'run_in_progress',
      run_id: expect.stringMatching(/^.{12}$/),
    })
    const changed = { ...hello, messages: [{ ...hello.messages[0], content: 'Bye' }] }
    expect((await post(there.url, changed as typeof hello)).status).toBe(422)
    await reading.return()
  })

  it('tell a reply whose server died when it was stored and its log had no end yet', async () => {
    const { here, there, say, finish, asked } = await startTwo()
    const reading = collect(here.client.chat.stream(hello))
    say('one ')
    finish()
    await reading
    const redis = new Redis(inject('redisUrl'))
    onTestFinished(() => redis.disconnect())
    const [, reply] = await messagesOf(here.client)
    const key = keyOf(await runIdOf(here.url))
    const lastEntry = async () => (await redis.xrevrange(key, '+', '-', 'COUNT', 1))[0]
    await expect.poll(async () => (await lastEntry())?.[1]).toEqual(['end', ''])
    await redis.xdel(key, (await lastEntry())?.[0] ?? '')
    expect(textOf(await collect(there.client.chat.stream(hello)))).toBe('one ')
    expect(reply).toMatchObject({ status: 'complete' })
    expect(asked()).toBe(1)
  })

  it('race 1,000 duplicates of each message to one upstream call and one pair of rows', async () => {
    const asked = new Map<string, number>()
    const { upstream } = scriptUpstream(async function* ({ messages }) {
      const id = JSON.stringify(messages.at(-1)?.parts)
      asked.set(id, (asked.get(id) ?? 0) + 1)
      yield textBatch('once')
      yield finishBatch
    })
    const { here, there } = await startTwo({ upstream })
    for (let round = 0; round < 20; round++) {
      const body = {
        id: `race-${round}`,
        messages: [{ id: `m-${round}`, role: 'user' as const, content: `round ${round}` }],
      }
      const races = Array.from({ length: 50 }, (_, index) =>
        collect(createClient([here, there][index % 2]?.url ?? '').chat.stream(body)),
      )
      for (const chunks of await Promise.all(races)) expect(textOf(chunks)).toBe('once')
      const answer = await there.client.threads.messages({ params: { thread_id: body.id } })
      expect(answer.body).toHaveLength(2)
    }
    expect([...asked.values()]).toEqual(Array.from({ length: 20 }, () => 1))
  })
})

it('is told where a Redis that is configured cannot be reached, without its password', async () => {
  const env = { REDIS_URL: 'redis://:hush@127.0.0.1:1' }
  const starting = startTestServer({ env })
  await expect(starting).rejects.toThrow('Redis at 127.0.0.1:1 cannot be used')
  await expect(starting).rejects.not.toThrow('hush')
})

/** Of the run that the reply in `t1` came from: each event's id begins with it. */
async function runIdOf(url: string): Promise<string> {
  const [, runId = ''] = /^id: ([\w-]{12})/m.exec(await (await post(url, hello)).text()) ?? []
  return runId
}

async function startTwo(conversation: Partial<ReturnType<typeof scriptConversation>> = {}) {
  const env = { DATABASE_URL: await createTestDatabase(), REDIS_URL: inject('redisUrl') }
  const scripted = { ...scriptConversation(), ...conversation }
  const [here, there] = await Promise.all(
    [0, 1].map(() => startTestServer({ env, upstream: scripted.upstream })),
  )
  if (here === undefined || there === undefined) throw new Error('there are two')
  return { ...scripted, here: { ...here, env }, there }
}
