import { AssistantCloud } from 'assistant-cloud'
import { describe, expect, it, onTestFinished } from 'vitest'
import { apiKey, startStandInCloud } from './stand-in-cloud.ts'

// The stand-in is worth as much as the service's own client believes in it.

describe('the public client of Assistant Cloud, unmodified, with the stand-in', () => {
  it('keeps threads', async () => {
    const { cloud } = await startWithClient()
    const { thread_id: id } = await cloud.threads.create({ last_message_at: new Date(1_000) })
    await cloud.threads.create({ last_message_at: new Date(2_000), external_id: 'mine' })
    await cloud.threads.update(id, { title: 'Monday', last_message_at: new Date(3_000) })
    expect(await cloud.threads.get(id)).toMatchObject({ id, title: 'Monday', is_archived: false })
    const { threads } = await cloud.threads.list({ limit: 1 })
    expect(threads.map((thread) => thread.id)).toEqual([id])
    const { threads: rest } = await cloud.threads.list({ limit: 20, after: id })
    expect(rest).toMatchObject([{ external_id: 'mine', title: '' }])
    await cloud.threads.update(id, { is_archived: true })
    expect((await cloud.threads.list({ is_archived: true })).threads).toMatchObject([{ id }])
    await cloud.threads.delete(id)
    await expect(cloud.threads.get(id)).rejects.toMatchObject({ status: 404, code: 'not_found' })
    expect(await cloud.threads.claim({ refresh_token: 'x' })).toEqual({ moved: 0 })
  })

  it('keeps messages with their branches', async () => {
    const { cloud } = await startWithClient()
    const { thread_id: id } = await cloud.threads.create({ last_message_at: new Date() })
    const { messages } = cloud.threads
    const add = (parent_id: string | null, text: string) =>
      messages.create(id, { parent_id, format: 'ai-sdk/v6', content: { text } })
    const { message_id: question } = await add(null, 'Hello')
    const { message_id: first } = await add(question, 'Hi')
    await add(question, 'Good day')
    await messages.update(id, first, { content: { text: 'Hi there' } })
    const { messages: rows } = await messages.list(id, { format: 'ai-sdk/v6', limit: 200 })
    expect(rows.map(({ height, content }) => [height, content['text']])).toEqual([
      [1, 'Good day'],
      [1, 'Hi there'],
      [0, 'Hello'],
    ])
    expect(await messages.feedback(id, first, { type: 'positive' })).toMatchObject({
      type: 'positive',
    })
  })

  it('streams a title, reports runs and scores, and has files signed', async () => {
    const { cloud } = await startWithClient()
    const { thread_id } = await cloud.threads.create({ last_message_at: new Date() })
    const stream = await cloud.runs.stream({
      thread_id,
      assistant_id: 'system/thread_title',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
    })
    let title = ''
    for await (const part of stream) if (part.type === 'text-delta') title += part.textDelta
    expect(title).toBe('A title')
    expect(await cloud.runs.report({ thread_id, status: 'completed' })).toHaveProperty('run_id')
    const score = { name: 'taste', data_type: 'numeric' as const, value: 1 }
    expect(await cloud.scores.create(score)).toMatchObject({ value: 1, string_value: null })
    expect(await cloud.auth.tokens.create()).toHaveProperty('token')
    const { files, projects } = cloud
    expect(await files.generatePresignedUploadUrl({ filename: 'a.png' })).toMatchObject({
      success: true,
      key: 'a.png',
    })
    expect(await files.generatePresignedDownloadUrl({ key: 'a.png' })).toMatchObject({
      key: 'a.png',
    })
    expect((await projects.threads.list()).threads).toHaveLength(1)
    expect((await projects.threads.messages.list(thread_id)).messages).toEqual([])
  })

  it('gets in without an account', async () => {
    const { url, close } = await startStandInCloud()
    onTestFinished(close)
    const cloud = new AssistantCloud({ baseUrl: url, anonymous: true })
    expect(await cloud.threads.list()).toEqual({ threads: [] })
  })

  it('keeps users apart, and lets nobody in without a key', async () => {
    const { url, cloud } = await startWithClient()
    await cloud.threads.create({ last_message_at: new Date() })
    const other = { baseUrl: url, apiKey, userId: 'u2', workspaceId: 'w1' }
    expect(await new AssistantCloud(other).threads.list()).toEqual({ threads: [] })
    const wrong = new AssistantCloud({ ...other, apiKey: 'wrong' })
    await expect(wrong.threads.list()).rejects.toMatchObject({ status: 401 })
  })
})

async function startWithClient() {
  const stand = await startStandInCloud()
  onTestFinished(stand.close)
  const access = { baseUrl: stand.url, apiKey, userId: 'u1', workspaceId: 'w1' }
  return { ...stand, cloud: new AssistantCloud(access) }
}
