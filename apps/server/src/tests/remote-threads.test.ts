import {
  accumulate,
  createAssistantCloudClient,
  emptyReply,
  type Client,
} from '@assistant-ui-proxy/contract'
import { describe, expect, it } from 'vitest'
import { AssistantCloudThreadStore } from '../drivers/storage/assistant-cloud/assistant-cloud-thread-store.ts'
import { describeThreadStore } from './conformance/describe-thread-store.ts'
import { startIssuer } from './issuer.ts'
import { startTestServer } from './test-server.ts'

describeThreadStore(
  'another server of this kind, with a key',
  async () => {
    const { url: baseUrl, apiKeys, stop } = await startTestServer({ env: { AUTH: 'api-key' } })
    const apiKey = (await apiKeys?.create('front'))?.key
    const access = { baseUrl, apiKey }
    return { store: new AssistantCloudThreadStore(access, { growthIntervalMs: 0 }), close: stop }
  },
  { addsOneByOne: true, datesMessages: true, knowsNoOwners: true },
)

describe('a server whose threads are in another of its kind', () => {
  it('keeps there what is said, where the other has it as its own', async () => {
    const far = await startTestServer()
    const near = await startTestServer({
      env: { THREADS: 'remote', ASSISTANT_UI_BASE_URL: far.url, DATABASE_URL: '' },
    })
    const ready = await near.client.system.ready()
    expect(ready.body).toMatchObject({ status: 'ready', storage: 'remote', upstream: 'remote' })
    const reply = await ask(near.client, 'Hello')
    expect(reply.status).toBe('complete')
    const read = async (client: Client) => {
      const { body } = await client.threads.list()
      const [thread] = Array.isArray(body) ? body : []
      return (await client.threads.messages({ params: { thread_id: thread?.id ?? '' } })).body
    }
    const stored = [
      { role: 'user', parts: [{ type: 'text', text: 'Hello' }] },
      { role: 'assistant', status: 'complete', parts: reply.parts },
    ]
    expect(await read(near.client)).toMatchObject(stored)
    expect(await read(far.client)).toMatchObject(stored)
    await near.client.threads.update({ params: { thread_id: 't1' }, body: { title: 'Named' } })
    expect((await far.client.threads.list()).body).toMatchObject([{ title: 'Named' }])
  })

  it('reaches users there by the ids of any issuer', async () => {
    const far = await startTestServer({ env: { AUTH: 'api-key' } })
    const key = (await far.apiKeys?.create('front'))?.key ?? ''
    for (const id of ['auth0|abc', 'me@example.com', 'a%2Fb', 'ü +;']) {
      const owner = { workspaceId: 'w', userId: id }
      await far.store.createThread(owner, { id: 't1', title: null })
      const headers = { authorization: `Bearer ${key}`, 'aui-workspace-id': 'w' }
      const cloud = createAssistantCloudClient(far.url, { headers: () => headers })
      const answer = await cloud.projects.eraseUser({ params: { user_id: id } })
      expect(answer).toMatchObject({ status: 200, body: { threads: 1 } })
      expect(await far.store.getThread(owner, 't1')).toBeUndefined()
    }
  })

  it('keeps its users apart there with a key, which nobody gets to see', async () => {
    const issuer = await startIssuer()
    const far = await startTestServer({ env: { AUTH: 'api-key' } })
    const key = (await far.apiKeys?.create('front'))?.key ?? ''
    const logs: string[] = []
    const near = await startTestServer({
      env: {
        ...issuer.env,
        THREADS: 'remote',
        ASSISTANT_UI_BASE_URL: far.url,
        ASSISTANT_UI_API_KEY: key,
        DATABASE_URL: '',
      },
      onLog: (line) => logs.push(line),
    })
    const as = async (name: string) => {
      const headers = { authorization: `Bearer ${await issuer.sign(name)}` }
      const threads = await fetch(`${near.url}/api/threads`, { headers })
      return {
        threads: (await threads.json()) as object[],
        say: () =>
          fetch(`${near.url}/api/chat`, {
            method: 'POST',
            headers: { ...headers, 'content-type': 'application/json', accept: 'text/plain' },
            body: JSON.stringify({ id: 't1', messages: [{ role: 'user', content: 'Hello' }] }),
          }).then((answer) => answer.text()),
      }
    }
    expect(await (await as('alice')).say()).toContain('demo model')
    expect((await as('alice')).threads).toMatchObject([{ id: 't1' }])
    expect((await as('bob')).threads).toEqual([])
    expect(logs.join('\n')).not.toContain(key)
  })
})

async function ask(client: Client, content: string) {
  let reply = emptyReply
  const body = { id: 't1', messages: [{ role: 'user' as const, content }] }
  for await (const chunk of client.chat.stream(body)) reply = accumulate(reply, [chunk])
  return reply
}
