import { describe, expect, it } from 'vitest'
import { AppError } from '../app-error.ts'
import { titleInstruction } from '../chat/upstream.ts'
import { finishBatch, scriptUpstream, textBatch } from './scripted-upstream.ts'
import { startTestServer } from './test-server.ts'

describe('/api/threads', () => {
  it('makes, reads, renames, archives, lists and deletes a thread', async () => {
    const { client } = await startTestServer()
    const made = await client.threads.create({ body: { title: '  First  ' } })
    expect(made).toMatchObject({ status: 201, body: { title: 'First', is_archived: false } })
    if (made.status !== 201) return
    const params = { thread_id: made.body.id }
    expect(await client.threads.get({ params })).toMatchObject({ status: 200, body: made.body })
    await client.threads.update({ params, body: { title: 'Second' } })
    await client.threads.update({ params, body: { is_archived: true } })
    expect((await client.threads.list()).body).toEqual([])
    const archived = await client.threads.list({ query: { is_archived: true } })
    expect(archived.body).toMatchObject([{ id: made.body.id, title: 'Second', is_archived: true }])
    expect((await client.threads.delete({ params })).status).toBe(204)
    expect((await client.threads.get({ params })).status).toBe(404)
  })

  it('takes the id that a client made, once', async () => {
    const { client } = await startTestServer()
    expect((await client.threads.create({ body: { id: 'mine' } })).status).toBe(201)
    const again = await client.threads.create({ body: { id: 'mine' } })
    expect(again).toMatchObject({ status: 409, body: { code: 'id_taken' } })
  })

  it('answers every route with 404 for a thread that there is not', async () => {
    const { client } = await startTestServer()
    const params = { thread_id: 'nobody' }
    const answers = await Promise.all([
      client.threads.get({ params }),
      client.threads.update({ params, body: { title: 'x' } }),
      client.threads.delete({ params }),
      client.threads.messages({ params }),
      client.threads.generateTitle({ params }),
    ])
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 404, body: { code: 'thread_not_found' } })
  })

  it('lists the messages of an empty thread as none', async () => {
    const { client } = await startTestServer()
    await client.threads.create({ body: { id: 'empty' } })
    const answer = await client.threads.messages({ params: { thread_id: 'empty' } })
    expect(answer).toMatchObject({ status: 200, body: [] })
  })

  it('gives the newest messages of a thread where a limit is set', async () => {
    const { client } = await startTestServer()
    const params = { thread_id: 't' }
    for (const content of ['One', 'Two'])
      for await (const _ of client.chat.stream({ id: 't', messages: [{ role: 'user', content }] }));
    const all = await client.threads.messages({ params })
    const newest = await client.threads.messages({ params, query: { limit: 2 } })
    expect(all.body).toHaveLength(4)
    expect(newest.body).toEqual(Array.isArray(all.body) && all.body.slice(-2))
    for (const limit of [0, 501])
      expect((await client.threads.messages({ params, query: { limit } })).status).toBe(400)
  })

  it('pages with limit and after', async () => {
    const { client } = await startTestServer()
    for (const id of ['a', 'b', 'c']) await client.threads.create({ body: { id } })
    const first = await client.threads.list({ query: { limit: 2 } })
    expect(first.status === 200 && first.body.length).toBe(2)
    const after = first.status === 200 ? first.body[1]?.id : undefined
    const second = await client.threads.list({ query: { limit: 2, after } })
    expect(second.status === 200 && second.body.length).toBe(1)
  })
})

describe('POST /api/threads/:thread_id/title', () => {
  const params = { thread_id: 't1' }

  it('has the upstream write a title from the first question, and stores it', async () => {
    const { client } = await startTestServer()
    const messages = [{ role: 'user' as const, content: 'Where do the wild swans fly in winter?' }]
    await client.chat.send({ body: { id: 't1', messages } })
    const answer = await client.threads.generateTitle({ params })
    expect(answer).toMatchObject({ status: 200, body: { title: 'Where do the wild swans fly' } })
    const thread = await client.threads.get({ params })
    expect(thread.body).toMatchObject({ title: 'Where do the wild swans fly' })
  })

  it('keeps a title that is there, without asking', async () => {
    const { upstream, requests } = scriptUpstream(async function* () {
      yield finishBatch
    })
    const { client } = await startTestServer({ upstream })
    await client.threads.create({ body: { id: 't1', title: 'Mine' } })
    expect((await client.threads.generateTitle({ params })).body).toEqual({ title: 'Mine' })
    expect(requests).toEqual([])
  })

  it.each([
    ['"The Wild Swans."\n\nHope this helps!', 'The Wild Swans'],
    ['**Title: Swans**', 'Swans'],
    [`${'word '.repeat(40)}`, `${'word '.repeat(15).trim()}…`],
  ])('strips %j of what models add', async (said, title) => {
    const { upstream } = scriptUpstream(async function* () {
      yield textBatch(said)
      yield finishBatch
    })
    const { client } = await startTestServer({ upstream })
    await client.chat.send({ body: { id: 't1', messages: [{ role: 'user', content: 'Swans?' }] } })
    expect((await client.threads.generateTitle({ params })).body).toEqual({ title })
  })

  it('falls back on the first words of the question where the upstream fails', async () => {
    const { upstream } = scriptUpstream(async function* ({ messages: [first] }) {
      const [part] = first?.parts ?? []
      if (part?.type === 'text' && part.text === titleInstruction)
        throw new AppError('upstream_error', 'no titles today')
      yield finishBatch
    })
    const { client } = await startTestServer({ upstream })
    const messages = [{ role: 'user' as const, content: 'Where do\nswans fly?' }]
    await client.chat.send({ body: { id: 't1', messages } })
    const answer = await client.threads.generateTitle({ params })
    expect(answer.body).toEqual({ title: 'Where do swans fly?' })
  })

  it('gives null while nothing has been asked', async () => {
    const { client } = await startTestServer()
    await client.threads.create({ body: { id: 't1' } })
    expect((await client.threads.generateTitle({ params })).body).toEqual({ title: null })
  })
})
