import { AssistantCloud as Cloud022 } from 'assistant-cloud'
import { AssistantCloud as Cloud0141 } from 'assistant-cloud-0.1'
import { AssistantCloud as Cloud029 } from 'assistant-cloud-0.2'
import { describe, expect, it } from 'vitest'
import { createTestDatabase } from '../postgres-test-database.ts'
import { startIssuer } from '../issuer.ts'
import { startTestServer } from '../test-server.ts'

const versions = {
  '0.1.41': (access: Access) => new Cloud0141(access as never) as unknown as Cloud029,
  '0.2.2': (access: Access) => new Cloud022(access as never) as unknown as Cloud029,
  '0.2.9': (access: Access) => new Cloud029(access as never),
}

type Access = Record<string, unknown>

const databases = {
  SQLite: async () => 'sqlite::memory:',
  PostgreSQL: createTestDatabase,
}

const combinations = Object.keys(databases).flatMap((database) =>
  Object.keys(versions).flatMap((version) =>
    ['anonymous', 'jwt', 'api-key'].map((mode) => ({ database, version, mode })),
  ),
) as { database: keyof typeof databases; version: keyof typeof versions; mode: string }[]

describe.each(combinations)(
  'assistant-cloud $version, unmodified, with $mode on $database',
  { timeout: 20_000 },
  ({ database, version, mode }) => {
    const offered = versions[version]({ baseUrl: 'http://localhost', anonymous: true })

    it('keeps threads: pages, metadata, ids of its own, the archive', async () => {
      const { cloud } = await start(database, version, mode)
      const ids: string[] = []
      for (let index = 0; index < 5; index++) {
        const body = { last_message_at: new Date(1_000 * (index + 1)), title: `T${index}` }
        ids.unshift((await cloud.threads.create(body)).thread_id)
      }
      const first = await cloud.threads.list({ limit: 2 })
      expect(first.threads.map(({ id }) => id)).toEqual(ids.slice(0, 2))
      const rest = await cloud.threads.list({ limit: 20, after: ids[1] ?? '' })
      expect(rest.threads.map(({ id }) => id)).toEqual(ids.slice(2))

      const mine = { last_message_at: new Date(9_000), external_id: 'mine', metadata: { a: 'b' } }
      const { thread_id: id } = await cloud.threads.create(mine)
      const again = await cloud.threads.create({ ...mine, upsert: true })
      expect(again.thread_id).toBe(id)
      await expect(cloud.threads.create(mine)).rejects.toMatchObject({ status: 409 })
      expect((await cloud.threads.list()).threads[0]).toMatchObject({
        id,
        title: '',
        external_id: 'mine',
        metadata: { a: 'b' },
        last_message_at: new Date(9_000),
      })

      await cloud.threads.update(id, { is_archived: true, title: 'Put away' })
      expect((await cloud.threads.list({ is_archived: true })).threads).toMatchObject([
        { id, title: 'Put away', is_archived: true, metadata: { a: 'b' } },
      ])
      expect((await cloud.threads.list()).threads.map((thread) => thread.id)).toEqual(ids)
      await cloud.threads.update(id, { last_message_at: new Date(20_000), metadata: { c: 'd' } })
      expect(await cloud.threads.get(id)).toMatchObject({
        last_message_at: new Date(20_000),
        metadata: { c: 'd' },
      })
      await cloud.threads.delete(id)
      await expect(cloud.threads.get(id)).rejects.toMatchObject({ status: 404 })
    })

    it('keeps messages: branches with their heights, changes, pages, formats', async () => {
      const { cloud } = await start(database, version, mode)
      const { thread_id: id } = await cloud.threads.create({ last_message_at: new Date() })
      const { messages } = cloud.threads
      const add = async (parent: string | null, role: string, text: string) => {
        // Siblings of one millisecond are in the order of their ids.
        await new Promise((resolve) => setTimeout(resolve, 2))
        const content = { role, parts: [{ type: 'text', text }], metadata: { custom: { n: 1 } } }
        const body = { parent_id: parent, format: 'ai-sdk/v6', content }
        return (await messages.create(id, body)).message_id
      }
      const question = await add(null, 'user', 'Hello')
      const reply = await add(question, 'assistant', 'Hi')
      const other = await add(question, 'assistant', 'Good day')
      const next = await add(other, 'user', 'And you?')

      const listed = (await messages.list(id, { format: 'ai-sdk/v6' })).messages
      expect(listed.map((message) => [message.id, message.height, message.parent_id])).toEqual([
        [next, 2, other],
        [other, 1, question],
        [reply, 1, question],
        [question, 0, null],
      ])
      expect(listed.at(-1)?.content).toEqual({
        role: 'user',
        parts: [{ type: 'text', text: 'Hello' }],
        metadata: { custom: { n: 1 } },
      })
      const page = await messages.list(id, { limit: 2, after: next })
      expect(page.messages.map((message) => message.id)).toEqual([other, reply])

      const changed = { role: 'assistant', parts: [{ type: 'text', text: 'Hi there' }] }
      await messages.update(id, reply, { content: changed })
      const aui = (await messages.list(id, { format: 'aui/v0' })).messages
      expect(aui.find((message) => message.id === reply)?.content).toMatchObject({
        role: 'assistant',
        content: [{ type: 'text', text: 'Hi there' }],
      })
      const foreign = { parent_id: next, format: 'langgraph/v1', content: { any: ['thing'] } }
      await messages.create(id, foreign)
      expect((await messages.list(id, { format: 'ai-sdk/v6' })).messages).toHaveLength(4)
      expect((await messages.list(id)).messages).toHaveLength(5)
      expect((await messages.list(id, { format: 'langgraph/v1' })).messages).toMatchObject([
        { content: { any: ['thing'] }, height: 3 },
      ])
    })

    it('streams a title once, which is the thread’s', async () => {
      const { cloud } = await start(database, version, mode)
      const { thread_id } = await cloud.threads.create({ last_message_at: new Date() })
      const first = await titleOf(cloud, thread_id, 'Tell me about lighthouses')
      expect(first).toContain('lighthouses')
      expect(await titleOf(cloud, thread_id, 'Something else')).toBe(first)
      expect((await cloud.threads.get(thread_id)).title).toBe(first)
    })

    it('tells of a run, which those who run the server can read', async () => {
      const { cloud, reports } = await start(database, version, mode)
      const { thread_id, message_id } = await addExchange(cloud)
      const run = await cloud.runs.report({ thread_id, status: 'completed', message_id } as never)
      expect(run).toMatchObject({ run_id: expect.any(String) })
      expect(await reports('run')).toMatchObject([{ thread_id, body: { status: 'completed' } }])
    })

    it.skipIf(!('feedback' in offered.threads.messages))('changes feedback', async () => {
      const { cloud, reports } = await start(database, version, mode)
      const { thread_id, message_id } = await addExchange(cloud)
      const { messages } = cloud.threads
      await messages.feedback(thread_id, message_id, { type: 'negative' })
      const feedback = { type: 'positive', comment: 'Thanks' } as const
      expect(await messages.feedback(thread_id, message_id, feedback)).toMatchObject(feedback)
      expect(await reports('feedback')).toMatchObject([{ message_id, body: feedback }])
    })

    it.skipIf(!('scores' in offered))('scores', async () => {
      const { cloud, reports } = await start(database, version, mode)
      const { thread_id, message_id } = await addExchange(cloud)
      const target = { thread_id, message_id }
      const score = { name: 'good', data_type: 'boolean' as const, value: true, ...target }
      expect(await cloud.scores.create(score)).toMatchObject({ value: 1, string_value: null })
      const word = { name: 'tone', data_type: 'categorical' as const, string_value: 'kind' }
      expect(await cloud.scores.create(word)).toMatchObject({ value: null, string_value: 'kind' })
      await expect(cloud.scores.create({ name: 'x', data_type: 'numeric' })).rejects.toMatchObject({
        status: 400,
      })
      expect(await reports('score')).toMatchObject([
        { message_id: null, body: word },
        { message_id, body: { name: 'good' } },
      ])
    })

    it.skipIf(!('events' in offered))('tells what people do', async () => {
      const { cloud, reports } = await start(database, version, mode)
      const { thread_id } = await addExchange(cloud)
      cloud.events.track({ kind: 'message_sent', thread_id })
      cloud.events.track({ kind: 'message_copied', thread_id: 'gone' })
      cloud.events.dispose()
      await expect
        .poll(() => reports('event'))
        .toMatchObject([
          { thread_id: null, body: { kind: 'message_copied', thread_id: 'gone' } },
          { thread_id, body: { kind: 'message_sent' } },
        ])
    })

    it.skipIf(!('delete' in offered.threads.messages))('deletes messages', async () => {
      const { cloud } = await start(database, version, mode)
      const { messages } = cloud.threads
      const { thread_id: id } = await cloud.threads.create({ last_message_at: new Date() })
      const ids: string[] = []
      for (const text of ['1', '2', '3', '4']) {
        const content = { role: 'user', parts: [{ type: 'text', text }] }
        const body = { parent_id: ids.at(-1) ?? null, format: 'ai-sdk/v6', content }
        ids.push((await messages.create(id, body)).message_id)
      }
      await messages.delete(id, ids.slice(1, 3))
      // What followed them follows their parents.
      const listed = (await messages.list(id)).messages
      expect(listed.map((message) => [message.id, message.parent_id, message.height])).toEqual([
        [ids[3], ids[0], 1],
        [ids[0], null, 0],
      ])
    })

    it.skipIf(!('claim' in offered.threads))('claims what somebody anonymous has', async () => {
      const { url, cloud } = await start(database, version, mode)
      const { access_token, refresh_token } = (await (
        await fetch(`${url}/v1/auth/tokens/anonymous`, { method: 'POST' })
      ).json()) as { access_token: string; refresh_token: { token: string } }
      const guest = versions[version]({ baseUrl: url, authToken: async () => access_token })
      const { thread_id } = await guest.threads.create({ last_message_at: new Date(), title: 'G' })
      const content = { role: 'user', parts: [{ type: 'text', text: 'Before' }] }
      const body = { parent_id: null, format: 'ai-sdk/v6', content }
      await guest.threads.messages.create(thread_id, body)
      const claim = { refresh_token: refresh_token.token }
      expect(await cloud.threads.claim(claim)).toEqual({ moved: 1 })
      expect(await cloud.threads.get(thread_id)).toMatchObject({ title: 'G' })
      expect((await cloud.threads.messages.list(thread_id)).messages).toMatchObject([{ content }])
      expect((await guest.threads.list()).threads).toEqual([])
      await expect(cloud.threads.claim(claim)).rejects.toMatchObject({ status: 401 })
    })
  },
)

describe.each(Object.keys(versions) as (keyof typeof versions)[])(
  'assistant-cloud %s, unmodified, with an API key',
  (version) => {
    it('gets tokens for users, and reads what all of them have', async () => {
      const { url, cloud } = await start('SQLite', version, 'api-key')
      const { thread_id } = await cloud.threads.create({ last_message_at: new Date(), title: 'A' })
      const { token } = await cloud.auth.tokens.create()
      const user = versions[version]({ baseUrl: url, authToken: async () => token })
      expect((await user.threads.list()).threads).toMatchObject([{ id: thread_id, title: 'A' }])
      await expect(user.projects.threads.list()).rejects.toMatchObject({ status: 403 })
      const content = { role: 'user', parts: [{ type: 'text', text: 'Hi' }] }
      await user.threads.messages.create(thread_id, {
        parent_id: null,
        format: 'ai-sdk/v6',
        content,
      })
      expect((await cloud.projects.threads.list()).threads).toMatchObject([{ id: thread_id }])
      // As the hosted service answers it.
      await expect(cloud.files.pdfToImages({})).rejects.toMatchObject({ status: 404 })
      const { messages } = await cloud.projects.threads.messages.list(thread_id)
      expect(messages).toMatchObject([{ content, height: 0 }])
    })
  },
)

async function start(
  database: keyof typeof databases,
  version: keyof typeof versions,
  mode: string,
) {
  const issuer = await startIssuer()
  const DATABASE_URL = await databases[database]()
  const env = { ...issuer.env, AUTH: 'anonymous,jwt,api-key', DATABASE_URL }
  const { url, apiKeys } = await startTestServer({ env })
  const { key: apiKey } = (await apiKeys?.create('test')) ?? { key: '' }
  const access = {
    anonymous: { anonymous: true },
    jwt: { authToken: () => issuer.sign('alice') },
    'api-key': { apiKey, userId: 'alice', workspaceId: 'default' },
  }[mode]
  const reports = async (kind: string) => {
    const headers = { authorization: `Bearer ${apiKey}` }
    const response = await fetch(`${url}/v1/projects/reports?kind=${kind}`, { headers })
    return ((await response.json()) as { reports: unknown[] }).reports
  }
  return { url, reports, cloud: versions[version]({ baseUrl: url, ...access }) }
}

async function addExchange(cloud: Cloud029) {
  const { thread_id } = await cloud.threads.create({ last_message_at: new Date() })
  const content = { role: 'assistant', parts: [{ type: 'text', text: 'Hi' }] }
  const body = { parent_id: null, format: 'ai-sdk/v6', content }
  const { message_id } = await cloud.threads.messages.create(thread_id, body)
  return { thread_id, message_id }
}

async function titleOf(cloud: Cloud029, thread_id: string, text: string): Promise<string> {
  const stream = await cloud.runs.stream({
    thread_id,
    assistant_id: 'system/thread_title',
    messages: [{ role: 'user', content: [{ type: 'text', text }] }],
  })
  let title = ''
  for await (const part of stream) if (part.type === 'text-delta') title += part.textDelta
  return title
}
