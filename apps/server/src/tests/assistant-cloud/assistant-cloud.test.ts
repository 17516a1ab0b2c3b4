import {
  accumulate,
  emptyReply,
  textOfParts,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import { AssistantCloud } from 'assistant-cloud'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { GrowingReply } from '../../chat/growing-reply.ts'
import { ReplyWriter } from '../../chat/reply-writer.ts'
import type { Upstream } from '../../chat/upstream.ts'
import { AssistantCloudThreadStore } from '../../drivers/storage/assistant-cloud/assistant-cloud-thread-store.ts'
import { localOwner } from '../../identity/owner.ts'
import {
  describeThreadStore,
  growth,
  said,
  userMessage,
} from '../conformance/describe-thread-store.ts'
import { scriptConversation } from '../conversation.ts'
import { startTestServer } from '../test-server.ts'
import { apiKey, startStandInCloud } from './stand-in-cloud.ts'

describeThreadStore(
  'assistant-cloud',
  async () => {
    const { url: baseUrl, close } = await startStandInCloud()
    return {
      store: new AssistantCloudThreadStore({ baseUrl, apiKey }, { growthIntervalMs: 0 }),
      close,
    }
  },
  { addsOneByOne: true, datesMessages: true, knowsNoOwners: true },
)

describe('a server in front of Assistant Cloud', () => {
  it('keeps there what is said, as the service’s own client reads it', async () => {
    const { client, cloud } = await startInFront({ UPSTREAM: 'demo' })
    const reply = await ask(client, 't1', 'Hello')
    expect(reply.status).toBe('complete')
    const { threads } = await cloud.threads.list()
    expect(threads).toMatchObject([{ external_id: 't1' }])
    const id = threads[0]?.id ?? ''
    const { messages } = await cloud.threads.messages.list(id, { format: 'ai-sdk/v6' })
    expect(messages.map(({ content }) => content['role'])).toEqual(['assistant', 'user'])
    expect(messages[0]?.content['parts']).toEqual(reply.parts)
    expect((await client.threads.messages({ params: { thread_id: 't1' } })).body).toMatchObject([
      { role: 'user', status: 'complete' },
      { role: 'assistant', status: 'complete', parts: reply.parts },
    ])
  })

  it('looks for the thread of a first message once, and for its messages not at all', async () => {
    const { client, stand } = await startInFront({ UPSTREAM: 'demo' })
    const before = stand.requests.length
    await ask(client, 't1', 'Hello')
    const asked = stand.requests.slice(before)
    expect(asked.slice(0, asked.indexOf('POST /v1/threads'))).toEqual([
      'GET /v1/threads?external_id=t1&is_archived=false&limit=1',
      'GET /v1/threads?external_id=t1&is_archived=true&limit=1',
      'GET /v1/threads/t1',
    ])
  })

  it('shows the threads that others made there', async () => {
    const { client, cloud } = await startInFront({ UPSTREAM: 'demo' })
    const { thread_id: id } = await cloud.threads.create({
      last_message_at: new Date(),
      title: 'Made elsewhere',
    })
    const content = { role: 'user', parts: [{ type: 'text', text: 'Hi' }] }
    await cloud.threads.messages.create(id, { parent_id: null, format: 'ai-sdk/v6', content })
    expect((await client.threads.list()).body).toMatchObject([{ id, title: 'Made elsewhere' }])
    const messages = await client.threads.messages({ params: { thread_id: id } })
    expect(messages.body).toMatchObject([{ role: 'user', parts: content.parts }])
  })

  it('has a hosted assistant answer', async () => {
    const { client, ready } = await startInFront({
      UPSTREAM: 'auto',
      ASSISTANT_UI_ASSISTANT_ID: 'asst_1',
    })
    expect(await ready()).toMatchObject({ upstream: 'assistant-cloud', storage: 'assistant-cloud' })
    expect(textOfParts((await ask(client, 't1', 'Hello')).parts)).toBe('You asked 1 times.')
  })

  it('says that it cannot search there', async () => {
    const { client } = await startInFront({ UPSTREAM: 'demo' })
    expect(await client.search.find({ query: { q: 'whale' } })).toMatchObject({
      status: 501,
      body: { code: 'not_supported' },
    })
  })

  it('says what is wrong where the key is, and does not say the key', async () => {
    const { client, log } = await startInFront({ UPSTREAM: 'demo', ASSISTANT_UI_API_KEY: 'wrong' })
    const answer = await client.threads.list()
    expect(answer).toMatchObject({ status: 502, body: { code: 'upstream_denied' } })
    expect(JSON.stringify(answer.body) + log.join('')).not.toContain('wrong')
  })
})

describe('what keeps the threads, where it fails for a while', () => {
  it('has what each reply said once, though others that are saved with it fail', async () => {
    const { url: baseUrl, outage, messages, close } = await startStandInCloud()
    onTestFinished(close)
    const store = new AssistantCloudThreadStore({ baseUrl, apiKey }, { growthIntervalMs: 0 })
    const writer = new ReplyWriter(store, pino({ level: 'silent' }))
    const begin = async (id: string) => {
      const reply = { ...userMessage(id), role: 'assistant' as const, parts: [] }
      await store.addExchange(localOwner, { threadId: id, messages: [reply] })
      return new GrowingReply({ owner: localOwner, messageId: id, runId: null })
    }
    const replies = [await begin('a'), await begin('b')]
    const say = (...chunks: UIMessageChunk[]) => replies.map((reply) => reply.add(chunks, 10))
    const stored = () => messages.map(({ content }) => content['parts'])
    const texts = (...all: string[]) => all.map((text) => [expect.objectContaining({ text })])
    const note = () => replies.map((reply) => writer.note(reply))

    say(said('Hello'))
    note()
    await expect.poll(stored).toEqual(texts('Hello', 'Hello'))
    outage.statusOf = (line) => (line.includes(messages[1]?.id ?? '') ? 503 : undefined)
    say(said(' world'))
    note()
    await expect.poll(stored).toEqual(texts('Hello world', 'Hello'))
    say(said(' end'), { type: 'finish' })
    for (const ending of replies.map((reply) => writer.finish(reply)))
      await expect(ending).rejects.toMatchObject({ problem: { code: 'storage_unavailable' } })
    expect(stored()).toEqual(texts('Hello world end', 'Hello'))
    outage.statusOf = () => undefined
    await expect.poll(stored, patiently).toEqual(texts('Hello world end', 'Hello world end'))
  })

  it.each([
    ['cannot be reached', 0],
    ['has too much to do', 429],
    ['fails', 500],
  ])('keeps the end of a reply as soon as it can, where it %s', async (_name, status) => {
    const { upstream, say, finish } = scriptConversation()
    const { client, stand } = await startInFront({}, upstream)
    const reading = ask(client, 't1', 'Hello')
    say('Hello')
    const stored = async () => (await client.threads.messages({ params: { thread_id: 't1' } })).body
    await expect.poll(stored).toMatchObject([{}, { parts: [{ text: 'Hello' }] }])
    stand.outage.statusOf = () => status
    say(' world')
    finish()
    expect(await reading).toMatchObject({ problem: { code: 'storage_unavailable' } })
    expect(await client.threads.list()).toMatchObject({
      status: 503,
      body: { code: 'storage_unavailable', detail: expect.stringContaining('Try again') },
    })
    stand.outage.statusOf = () => undefined
    await expect
      .poll(stored, patiently)
      .toMatchObject([{}, { status: 'complete', error: null, parts: [{ text: 'Hello world' }] }])
  })

  it('leaves a reply what it said, where it fails as the reply is to go on', async () => {
    const stand = await startStandInCloud()
    onTestFinished(stand.close)
    const store = new AssistantCloudThreadStore({ baseUrl: stand.url, apiKey })
    const messages = [{ ...userMessage('a'), role: 'assistant' as const }]
    await store.addExchange(localOwner, { threadId: 't1', messages })
    const resumed = { id: 'a', parts: [{ type: 'text' as const, text: 'so far' }] }
    const run = { runId: 'r2', name: undefined, fingerprint: '', serverId: 's' }
    const exchange = { threadId: 't1', messages: [], resumed, run }
    stand.outage.statusOf = () => 503
    await expect(store.addExchange(localOwner, exchange)).rejects.toMatchObject({
      problem: { code: 'storage_unavailable' },
    })
    stand.outage.statusOf = () => undefined
    const lost: UIMessageChunk = { type: 'error', errorText: 'lost' }
    const end = { ...growth('a', lost), owner: localOwner }
    const late = { ...growth('a', said('late')), owner: localOwner, runId: 'r1' }
    await store.saveReplies([late])
    await store.saveReplies([{ ...end, runId: 'r2' }])
    expect(await store.listMessages(localOwner, 't1')).toMatchObject([
      { status: 'failed', parts: resumed.parts },
    ])
  })
})

const patiently = { timeout: 10_000, interval: 100 }

async function startInFront(env: Record<string, string>, upstream?: Upstream) {
  const stand = await startStandInCloud()
  onTestFinished(stand.close)
  const log: string[] = []
  const { client, url } = await startTestServer({
    env: {
      DATABASE_URL: '',
      ASSISTANT_UI_BASE_URL: stand.url,
      ASSISTANT_UI_API_KEY: apiKey,
      ...env,
    },
    onLog: (line) => log.push(line),
    ...(upstream && { upstream }),
  })
  const access = { baseUrl: stand.url, apiKey, userId: 'local', workspaceId: 'local' }
  const ready = async (): Promise<unknown> => (await fetch(`${url}/ready`)).json()
  return { client, log, ready, stand, cloud: new AssistantCloud(access) }
}

async function ask(
  client: Awaited<ReturnType<typeof startTestServer>>['client'],
  id: string,
  content: string,
) {
  let reply = emptyReply
  for await (const chunk of client.chat.stream({ id, messages: [{ role: 'user', content }] }))
    reply = accumulate(reply, [chunk])
  return reply
}
