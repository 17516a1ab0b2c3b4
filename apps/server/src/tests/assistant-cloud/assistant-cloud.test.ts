import { accumulate, emptyReply, textOfParts } from '@assistant-ui-proxy/contract'
import { AssistantCloud } from 'assistant-cloud'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AssistantCloudThreadStore } from '../../drivers/storage/assistant-cloud/assistant-cloud-thread-store.ts'
import { describeThreadStore } from '../conformance/describe-thread-store.ts'
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

async function startInFront(env: Record<string, string>) {
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
  })
  const access = { baseUrl: stand.url, apiKey, userId: 'local', workspaceId: 'local' }
  const ready = async (): Promise<unknown> => (await fetch(`${url}/ready`)).json()
  return { client, log, ready, cloud: new AssistantCloud(access) }
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
