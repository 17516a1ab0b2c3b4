import { AssistantCloud } from 'assistant-cloud'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../app-error.ts'
import { collect, scriptConversation, textOf } from '../conversation.ts'
import { finishBatch, scriptUpstream, textBatch } from '../scripted-upstream.ts'
import { startTestServer } from '../test-server.ts'

const format = 'ai-sdk/v6'

describe('a thread on both wires', () => {
  it('is one: what was said through /api is there in /v1, with its branches', async () => {
    const { client, cloud } = await start()
    const { thread_id: id } = await cloud.threads.create({ last_message_at: new Date() })
    const say = (parent_id: string | null, messageId: string, content: string) =>
      collect(
        client.chat.stream({ id, parent_id, messages: [{ id: messageId, role: 'user', content }] }),
      )
    await say(null, 'q1', 'Hello')
    await say(null, 'q2', 'Hello, edited')
    const { messages } = await cloud.threads.messages.list(id, { format })
    expect(messages.map(({ height, parent_id }) => [height, parent_id])).toEqual([
      [1, 'q2'],
      [1, 'q1'],
      [0, null],
      [0, null],
    ])
    expect(messages.at(-1)).toMatchObject({
      id: 'q1',
      format,
      content: { role: 'user', parts: [{ type: 'text', text: 'Hello' }] },
    })
    expect((await cloud.threads.messages.list(id, { format: 'aui/v0' })).messages).toHaveLength(4)
    await cloud.threads.update(id, { title: 'Renamed' })
    const answer = await client.threads.get({ params: { thread_id: id } })
    expect(answer.body).toMatchObject({ title: 'Renamed' })
  })

  it('takes what a client tells of an exchange that is stored already as the same', async () => {
    const { client, cloud } = await start()
    const { thread_id: id } = await cloud.threads.create({ last_message_at: new Date() })
    const { messages } = cloud.threads
    const ask = async () => {
      const chunks = await collect(
        client.chat.stream({ id, messages: [{ id: 'q1', role: 'user', content: 'Hello' }] }),
      )
      return textOf(chunks)
    }
    const tell = async (parent_id: string | null, role: string, text: string) => {
      const parts = [{ type: 'step-start' }, { type: 'text', text, state: 'done' }]
      return (await messages.create(id, { parent_id, format, content: { role, parts } })).message_id
    }
    const text = await ask()
    expect(await tell(null, 'user', 'Hello')).toBe('q1')
    const first = await tell('q1', 'assistant', text)
    const stored = await client.threads.messages({ params: { thread_id: id } })
    expect(stored.body).toMatchObject([{ id: 'q1' }, { id: first, parent_id: 'q1' }])
    // Told once more, it is another: a client that regenerates without this server.
    expect(await tell('q1', 'assistant', text)).not.toBe(first)
    expect((await messages.list(id)).messages).toHaveLength(3)
  })

  it('takes a reply that was stopped for the same, a piece more or less', async () => {
    const { id, client, cloud, reading, listed } = await startReply()
    await client.chat.stop({ params: { thread_id: id } })
    await reading
    const [reply] = await listed()
    const content = { role: 'assistant', parts: [{ type: 'text', text: 'one' }] }
    const told = await cloud.threads.messages.create(id, { parent_id: 'q1', format, content })
    expect(told.message_id).toBe(reply?.id)
    expect(await listed()).toMatchObject([{ content: { parts: [{ text: 'one two ' }] } }, {}])
  })

  it('takes what a client has of a reply that is still being written for the same', async () => {
    const { id, cloud, reading, listed, say, finish } = await startReply()
    const content = { role: 'assistant', parts: [{ type: 'text', text: 'one two ' }] }
    const told = await cloud.threads.messages.create(id, { parent_id: 'q1', format, content })
    say('three')
    finish()
    await reading
    expect(await listed()).toMatchObject([
      { id: told.message_id, content: { parts: [{ text: 'one two three' }] } },
      { id: 'q1' },
    ])
  })

  it('goes on through /api from what was said through /v1', async () => {
    const { client, cloud } = await start()
    const { thread_id: id } = await cloud.threads.create({ last_message_at: new Date() })
    const content = { role: 'user', content: [{ type: 'text', text: 'From before' }], metadata: {} }
    const body = { parent_id: null, format: 'aui/v0', content, external_id: 'theirs' }
    const { message_id } = await cloud.threads.messages.create(id, body)
    expect((await cloud.threads.messages.create(id, body)).message_id).toBe(message_id)
    const child = { ...body, external_id: 'next', parent_external_id: 'theirs' }
    const { message_id: next } = await cloud.threads.messages.create(id, child)
    const chunks = await collect(
      client.chat.stream({
        id,
        parent_id: next,
        messages: [{ role: 'user', content: 'And now?' }],
      }),
    )
    expect(textOf(chunks)).toContain('And now?')
    const rows = (await cloud.threads.messages.list(id, { format })).messages
    expect(rows.map(({ height }) => height)).toEqual([3, 2, 1, 0])
    expect(rows.at(-1)?.content).toEqual({
      role: 'user',
      parts: [{ type: 'text', text: 'From before' }],
    })
    const found = await client.search.find({ query: { q: 'before' } })
    await expect
      .poll(async () => (await client.search.find({ query: { q: 'before' } })).body)
      .toMatchObject([{ thread: { id } }])
    expect(found.status).toBe(200)
  })

  it.each([
    ['asked again', ['Hello?']],
    ['followed by another', ['Hello?', 'Anybody?']],
  ])(
    'has a question once that was refused by the one and told by the other, when it is %s',
    async (_, said) => {
      const { id, client, cloud, reading, listed, finish } = await startReply()
      const [reply] = await listed()
      const parts = [{ type: 'text' as const, text: 'Hello?' }]
      const questions = said.map((content) => ({
        id: content.slice(0, -1),
        role: 'user' as const,
        content,
      }))
      const before = [
        { id: 'q1', role: 'user' as const, content: 'Hello' },
        { id: reply?.id, role: 'assistant' as const, content: 'one two ' },
      ]
      const ask = (count: number) =>
        collect(client.chat.stream({ id, messages: [...before, ...questions.slice(0, count)] }))
      await expect(ask(1)).rejects.toMatchObject({ problem: { code: 'run_in_progress' } })
      const content = { role: 'user', parts }
      const told = await cloud.threads.messages.create(id, {
        parent_id: reply?.id ?? null,
        format,
        content,
      })
      finish()
      await reading
      const asking = ask(said.length)
      finish()
      await asking
      const rows = (await listed()).toReversed()
      expect(rows.filter(({ content: row }) => row['role'] === 'user')).toHaveLength(
        said.length + 1,
      )
      expect(rows[2]?.id).toBe(told.message_id)
    },
  )

  it('tells nothing of a reply that failed before its first word, and keeps its retry as the one reply', async () => {
    const { upstream, requests } = scriptUpstream(async function* () {
      if (requests.length === 1) throw new AppError('upstream_error', 'Not now.')
      yield textBatch('Now.')
      yield finishBatch
    })
    const { client, cloud } = await start(upstream)
    const { thread_id: id } = await cloud.threads.create({ last_message_at: new Date() })
    const messages = [{ id: 'q1', role: 'user' as const, content: 'Hello' }]
    await expect(collect(client.chat.stream({ id, messages }))).rejects.toThrow('Not now.')
    const listed = async () => (await cloud.threads.messages.list(id, { format })).messages
    expect((await listed()).map((message) => message.id)).toEqual(['q1'])
    await collect(client.chat.stream({ id, messages, trigger: 'regenerate-message' }))
    expect(await listed()).toMatchObject([{ content: { parts: [{ text: 'Now.' }] } }, { id: 'q1' }])
    const stored = await client.threads.messages({ params: { thread_id: id } })
    expect(stored.body).toMatchObject([{}, { status: 'failed' }, { status: 'complete' }])
  })

  it('refuses a change of a reply that is being written, and a parent that is not there', async () => {
    const { upstream, say } = scriptConversation()
    const { client, cloud } = await start(upstream)
    const { thread_id: id } = await cloud.threads.create({ last_message_at: new Date() })
    const reading = client.chat.stream({
      id,
      messages: [{ id: 'q1', role: 'user', content: 'Hello' }],
    })
    say('one')
    await reading.next()
    const [reply] = (await cloud.threads.messages.list(id)).messages
    const content = { role: 'assistant', parts: [] }
    await expect(
      cloud.threads.messages.update(id, reply?.id ?? '', { content }),
    ).rejects.toMatchObject({ status: 409, code: 'run_in_progress' })
    await expect(
      cloud.threads.messages.create(id, { parent_id: 'nowhere', format, content }),
    ).rejects.toMatchObject({ status: 404, code: 'message_not_found' })
    await reading.return()
  })
})

async function start(upstream?: ReturnType<typeof scriptConversation>['upstream']) {
  const server = await startTestServer(upstream && { upstream })
  return { ...server, cloud: new AssistantCloud({ baseUrl: server.url, anonymous: true }) }
}

/** A thread in which a reply has begun and is stored as far as it is: `one two `. */
async function startReply() {
  const { upstream, say, finish } = scriptConversation()
  const { client, cloud } = await start(upstream)
  const { thread_id: id } = await cloud.threads.create({ last_message_at: new Date() })
  const reading = collect(
    client.chat.stream({ id, messages: [{ id: 'q1', role: 'user', content: 'Hello' }] }),
  )
  say('one two ')
  const listed = async () => (await cloud.threads.messages.list(id, { format })).messages
  await expect.poll(listed).toMatchObject([{ content: { parts: [{ text: 'one two ' }] } }, {}])
  return { id, client, cloud, reading, listed, say, finish }
}
