import {
  accumulate,
  emptyReply,
  parseProblem,
  textOfParts,
  type ChatBody,
  type Client,
  type Model,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import { Redis } from 'ioredis'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { AppError } from '../app-error.ts'
import { goneMessage, keyOf } from '../drivers/run-log/redis/keys.ts'
import { localOwner } from '../identity/owner.ts'
import {
  aborted,
  echoUpstream,
  failingUpstream,
  finishBatch,
  scriptUpstream,
  textBatch,
} from './scripted-upstream.ts'
import { collect, scriptConversation } from './conversation.ts'
import { createTestDatabase } from './postgres-test-database.ts'
import { startTestServer } from './test-server.ts'

const hello: ChatBody = { messages: [{ role: 'user', content: 'Hello' }] }

describe('POST /api/chat', () => {
  it('streams UI message chunks from start to finish by default', async () => {
    const { url } = await startTestServer()
    const response = await post(url, hello)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-cache, no-transform')
    expect(response.headers.get('x-vercel-ai-ui-message-stream')).toBe('v1')
    const body = await response.text()
    const frames = body.split('\n\n')
    expect(frames[0]).toMatch(/^id: [\w-]+\.1\ndata: \{"type":"start","messageId":"[\w-]+"\}$/)
    expect(frames.at(-3)).toMatch(/\ndata: \{"type":"finish","finishReason":"stop"\}$/)
    expect(frames.at(-2)).toBe('data: [DONE]')
  })

  it('tells under which id a stream can be asked for again, where it can', async () => {
    const { upstream, say, finish } = scriptConversation()
    const { url } = await startTestServer({ upstream })
    const idOf = ({ headers }: Response) => headers.get('x-resumable-stream-id')
    say('so')
    const sent = await post(url, { ...hello, id: 't1' })
    expect(idOf(sent)).toBe('t1')
    const follow = () => fetch(`${url}/api/chat/t1/stream`)
    expect(idOf(await follow())).toBe('t1')
    finish()
    await sent.text()
    const after = await follow()
    expect(after.status).toBe(204)
    expect(idOf(after)).toBeNull()
    expect(idOf(await post(url, hello))).toBeNull()
  })

  it('answers the text alone as text/plain, and one object as application/json', async () => {
    const { url } = await startTestServer({ upstream: echoUpstream() })
    const plain = await post(url, hello, { accept: 'text/plain' })
    expect(plain.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    const text = await plain.text()
    expect(text).toBe('You said: Hello')
    const json = await post(url, hello, { accept: 'application/json' })
    expect(json.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await json.json()).toEqual({ role: 'assistant', content: text })
  })

  it('refuses other media types with 406', async () => {
    const { url } = await startTestServer()
    const response = await post(url, hello, { accept: 'image/png' })
    expect(response.status).toBe(406)
    expect(await response.json()).toMatchObject({ code: 'not_acceptable' })
  })

  it('sends each chunk on when it comes, not when the reply is whole', async () => {
    const gate = Promise.withResolvers<void>()
    const { upstream } = scriptUpstream(async function* () {
      yield textBatch('first')
      await gate.promise
      yield finishBatch
    })
    const { client } = await startTestServer({ upstream })
    const stream = client.chat.stream(hello)
    expect((await stream.next()).value).toMatchObject({ type: 'start' })
    expect((await stream.next()).value).toMatchObject({ type: 'text-delta', delta: 'first' })
    gate.resolve()
    expect((await stream.next()).value).toMatchObject({ type: 'text-end' })
    expect((await stream.next()).value).toMatchObject({ type: 'finish' })
    expect((await stream.next()).done).toBe(true)
  })

  it('keeps nothing without an id', async () => {
    const { client } = await startTestServer({ upstream: echoUpstream() })
    await readAll(client, hello)
    expect((await client.threads.list()).body).toEqual([])
  })

  it('takes the `system` prompt of an AI SDK client as a message before the others', async () => {
    const { upstream, requests } = scriptUpstream(async function* () {
      yield finishBatch
    })
    const { client } = await startTestServer({ upstream })
    await readAll(client, { ...hello, system: 'Be brief.' })
    expect(requests[0]?.messages.map((m) => [m.role, textOfParts(m.parts)])).toEqual([
      ['system', 'Be brief.'],
      ['user', 'Hello'],
    ])
  })
})

describe('a reader who has to wait', () => {
  const env = { KEEP_ALIVE_INTERVAL_MS: '40' }

  it('gets comments before the first chunk and between chunks', async () => {
    const { upstream } = scriptUpstream(async function* () {
      await pause(200)
      yield textBatch('a')
      await pause(200)
      yield finishBatch
    })
    const { url } = await startTestServer({ upstream, env })
    const body = await (await post(url, hello)).text()
    expect(body).toMatch(/^(: keep-alive\n\n){2,5}id: \S+\ndata: {"type":"start"/)
    expect(body).toMatch(/"delta":"a"}\n\n(: keep-alive\n\n){2,5}id: \S+\ndata: {"type":"text-end"/)
  })

  it('is told of a failure in the stream, since the answer has begun', async () => {
    const { upstream } = scriptUpstream(async function* () {
      await pause(100)
      if (hello.messages.length > 0) throw new AppError('upstream_error', 'Too late.')
      yield finishBatch
    })
    const { client } = await startTestServer({ upstream, env })
    const reply = await readAll(client, { ...hello, id: 't1' })
    expect(reply).toMatchObject({ status: 'failed', problem: { code: 'upstream_error' } })
    expect((await messagesOf(client, 't1'))[1]).toMatchObject({ id: reply.id, status: 'failed' })
  })
})

it('takes through a chain of two servers a message that is a file alone', async () => {
  const { upstream, requests } = scriptUpstream(async function* () {
    yield finishBatch
  })
  const far = await startTestServer({ upstream })
  const near = await startTestServer({ env: { ASSISTANT_UI_BASE_URL: far.url } })
  const parts = [{ type: 'file' as const, url: 'data:text/plain,a', mediaType: 'text/plain' }]
  const reply = await readAll(near.client, { messages: [{ role: 'user', parts }] })
  expect(reply.status).toBe('complete')
  expect(requests[0]?.messages).toEqual([{ role: 'user', parts }])
})

it('tells an upstream what a message quotes, now and later, and stores the message as it came', async () => {
  const { upstream, requests } = scriptUpstream(async function* () {
    yield finishBatch
  })
  const { client } = await startTestServer({ upstream })
  const metadata = { custom: { quote: { text: 'One\nTwo', messageId: 'a' } } }
  const parts = [{ type: 'text' as const, text: 'Why?' }]
  const asked = { id: 'u1', role: 'user' as const, parts, metadata }
  const reply = await readAll(client, { id: 't1', parent_id: null, messages: [asked] })
  const next = { id: 't1', parent_id: reply.id ?? '', messages: hello.messages }
  await readAll(client, next)
  for (const { messages } of requests)
    expect(textOfParts(messages[0]?.parts ?? [])).toBe('> One\n> Two\n\nWhy?')
  expect((await messagesOf(client, 't1'))[0]).toMatchObject({ parts, metadata })
})

describe('a chat with an id', () => {
  it('makes the thread and keeps both messages, the reply under the id that `start` gave', async () => {
    const { client } = await startTestServer({ upstream: echoUpstream() })
    const reply = await readAll(client, { ...hello, id: 't1' })
    expect(reply.status).toBe('complete')
    expect((await client.threads.get({ params: { thread_id: 't1' } })).status).toBe(200)
    const [question, answer] = await messagesOf(client, 't1')
    expect(question).toMatchObject({ role: 'user', parent_id: null, status: 'complete' })
    expect(answer).toMatchObject({
      id: reply.id,
      role: 'assistant',
      parent_id: question?.id,
      status: 'complete',
      error: null,
      parts: reply.parts,
    })
  })

  it('has the user message in storage before the upstream is asked', async () => {
    const stored: unknown[] = []
    const { upstream } = scriptUpstream(async function* () {
      stored.push(...(await messagesOf(client, 't1')))
      yield finishBatch
    })
    const { client } = await startTestServer({ upstream })
    await readAll(client, { ...hello, id: 't1' })
    expect(stored).toMatchObject([{ role: 'user' }, { role: 'assistant', status: 'streaming' }])
  })

  it('has the growing reply in storage at most 250 ms later', async () => {
    const { upstream } = scriptUpstream(async function* (_request, signal) {
      yield textBatch('so far')
      await aborted(signal)
    })
    const { client } = await startTestServer({ upstream })
    const stream = client.chat.stream({ ...hello, id: 't1' })
    await stream.next()
    await stream.next()
    await new Promise((resolve) => setTimeout(resolve, 250))
    const [, reply] = await messagesOf(client, 't1')
    expect(reply).toMatchObject({ status: 'streaming', parts: [{ type: 'text', text: 'so far' }] })
    await stream.return()
  })

  it('reads the earlier branch from storage where parent_id says so', async () => {
    const { upstream, requests } = scriptUpstream(async function* () {
      yield textBatch('an answer')
      yield finishBatch
    })
    const { client } = await startTestServer({ upstream })
    const first = await readAll(client, { ...hello, id: 't1', parent_id: null })
    await readAll(client, {
      id: 't1',
      parent_id: first.id ?? null,
      messages: [{ role: 'user', content: 'And then?' }],
    })
    expect(requests[1]?.messages.map((m) => textOfParts(m.parts))).toEqual([
      'Hello',
      'an answer',
      'And then?',
    ])
    expect((await messagesOf(client, 't1')).map(({ parent_id }) => parent_id)).toHaveLength(4)
  })

  it('answers 404 for a parent_id that the thread has not, and makes no thread', async () => {
    const { url, client } = await startTestServer()
    const response = await post(url, { ...hello, id: 't1', parent_id: 'nobody' })
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ code: 'message_not_found' })
    expect((await client.threads.list()).body).toEqual([])
  })

  it('finds the stored messages again in the whole history that AI SDK clients send', async () => {
    const { client } = await startTestServer({ upstream: echoUpstream() })
    const user = {
      id: 'u1',
      role: 'user' as const,
      parts: [{ type: 'text' as const, text: 'One' }],
    }
    const first = await readAll(client, { id: 't1', messages: [user] })
    const assistant = { id: first.id ?? '', role: 'assistant' as const, parts: [...first.parts] }
    const next = {
      id: 'u2',
      role: 'user' as const,
      parts: [{ type: 'text' as const, text: 'Two' }],
    }
    await readAll(client, { id: 't1', messages: [user, assistant, next] })
    const rows = await messagesOf(client, 't1')
    expect(rows.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant'])
    expect(rows.map((row) => row.parent_id)).toEqual([null, 'u1', first.id, 'u2'])
  })

  it('makes a sibling reply when the same message is sent again', async () => {
    const { client } = await startTestServer({ upstream: echoUpstream() })
    const body: ChatBody = {
      id: 't1',
      parent_id: null,
      trigger: 'regenerate-message',
      messages: [{ id: 'u1', role: 'user', parts: [{ type: 'text', text: 'Hello' }] }],
    }
    await readAll(client, body)
    await readAll(client, body)
    const rows = await messagesOf(client, 't1')
    expect(rows.map(({ parent_id }) => parent_id)).toEqual([null, 'u1', 'u1'])
  })

  it('makes a sibling with an id of its own when an AI SDK client edits a message in place', async () => {
    const { client } = await startTestServer({ upstream: echoUpstream() })
    await readAll(client, editTo('Before'))
    await readAll(client, editTo('After'))
    const questions = (await messagesOf(client, 't1')).filter(({ role }) => role === 'user')
    expect(questions.map(({ parts }) => textOfParts(parts))).toEqual(['Before', 'After'])
    expect(questions.map(({ parent_id }) => parent_id)).toEqual([null, null])
  })

  it('knows messages without ids by what they say', async () => {
    const { client } = await startTestServer({ upstream: echoUpstream() })
    const first = await readAll(client, { ...hello, id: 't1' })
    await readAll(client, {
      id: 't1',
      messages: [
        { role: 'user', content: 'Hello' },
        { role: 'assistant', content: textOfParts(first.parts) },
        { role: 'user', content: 'More' },
      ],
    })
    expect(await messagesOf(client, 't1')).toHaveLength(4)
  })

  it('answers 409 for a message id that is in use in another thread', async () => {
    const { url, client } = await startTestServer({ upstream: echoUpstream() })
    const messages = [{ id: 'u1', role: 'user' as const, content: 'Hello' }]
    await readAll(client, { id: 't1', messages })
    const response = await post(url, { id: 't2', messages })
    expect(response.status).toBe(409)
    expect(await response.json()).toMatchObject({ code: 'id_taken' })
  })

  it('tells an upstream nothing of replies that failed before their first word', async () => {
    const { upstream, requests } = scriptUpstream(async function* () {
      if (requests.length === 1) throw new AppError('upstream_error', 'Not now.')
      yield finishBatch
    })
    const { url, client } = await startTestServer({ upstream })
    await post(url, { ...hello, id: 't1' })
    const [, failed] = await messagesOf(client, 't1')
    await readAll(client, {
      id: 't1',
      parent_id: failed?.id ?? null,
      messages: [{ role: 'user', content: 'Again' }],
    })
    expect(requests[1]?.messages.map(({ role }) => role)).toEqual(['user', 'user'])
  })
})

describe('leaving, with DISCONNECT_POLICY=abort', () => {
  const env = { DISCONNECT_POLICY: 'abort' }

  it('stops the upstream, and keeps the reply so far as stopped', async () => {
    const stopped = Promise.withResolvers<void>()
    const { upstream } = scriptUpstream(async function* (_request, signal) {
      yield textBatch('partial')
      await aborted(signal)
      stopped.resolve()
      signal.throwIfAborted()
    })
    const { client, url } = await startTestServer({ upstream, env })
    const stream = client.chat.stream({ ...hello, id: 't1' })
    await stream.next()
    await stream.next()
    // Who asks for the headers alone reads nothing.
    await fetch(`${url}/api/chat/t1/stream`, { method: 'HEAD' })
    await stream.return()
    await stopped.promise
    await expect
      .poll(async () => (await messagesOf(client, 't1'))[1])
      .toMatchObject({ status: 'stopped', parts: [{ text: 'partial', state: 'done' }] })
  })

  it('goes on while somebody else reads it', async () => {
    const goOn = Promise.withResolvers<void>()
    const { upstream } = scriptUpstream(async function* () {
      yield textBatch('one ')
      await goOn.promise
      yield textBatch('two')
      yield finishBatch
    })
    const { client } = await startTestServer({ upstream, env })
    const first = client.chat.stream({ ...hello, id: 't1' })
    await first.next()
    const second = await client.chat.follow('t1')
    const reading = collect(second ?? [])
    await first.return()
    // What the server makes of the leaving comes before this answer.
    await messagesOf(client, 't1')
    goOn.resolve()
    expect((await reading).at(-1)).toMatchObject({ type: 'finish' })
    expect((await messagesOf(client, 't1'))[1]).toMatchObject({ status: 'complete' })
  })

  it('stops the upstream before its first chunk too', async () => {
    const asked = Promise.withResolvers<void>()
    const { upstream } = scriptUpstream(async function* (_request, signal) {
      asked.resolve()
      await aborted(signal)
      signal.throwIfAborted()
      yield finishBatch
    })
    const { client } = await startTestServer({ upstream, env })
    const controller = new AbortController()
    const reading = readAll(client, { ...hello, id: 't1' }, controller.signal)
    await asked.promise
    controller.abort()
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' })
    await expect
      .poll(async () => (await messagesOf(client, 't1'))[1])
      .toMatchObject({ status: 'stopped', parts: [], error: null })
  })
})

it('stops the run of a reader without a thread who left while the model was looked up', async () => {
  const looking = Promise.withResolvers<void>()
  const found = Promise.withResolvers<Model[]>()
  const signals: AbortSignal[] = []
  const { upstream } = scriptUpstream(async function* (_request, signal) {
    signals.push(signal)
    await aborted(signal)
    yield finishBatch
  })
  const listModels = () => {
    looking.resolve()
    return found.promise
  }
  const lines: string[] = []
  const { url } = await startTestServer({
    upstream: { ...upstream, listModels },
    onLog: (line) => lines.push(line),
  })
  const leaving = new AbortController()
  const { signal } = leaving
  const answer = fetch(`${url}/api/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...hello, model: 'small' }),
    signal,
  })
  await looking.promise
  leaving.abort()
  await expect(answer).rejects.toThrow('aborted')
  await expect.poll(() => lines.join('')).toContain('duration_ms')
  found.resolve([{ id: 'small', is_default: true }])
  await expect.poll(() => signals.map((given) => given.aborted)).toEqual([true])
})

describe('a slow reader', () => {
  it('gets as much from the upstream as it takes, and no more', async () => {
    let taken = 0
    const { upstream } = scriptUpstream(async function* () {
      for (; taken < 10_000; taken++) yield textBatch('x'.repeat(10_000))
      yield finishBatch
    })
    const { url } = await startTestServer({ upstream })
    const response = await post(url, hello)
    const reader = response.body?.getReader()
    await reader?.read()
    const takenIn200ms = async () => {
      const before = taken
      await new Promise((resolve) => setTimeout(resolve, 200))
      return taken - before
    }
    await expect.poll(takenIn200ms, { timeout: 10_000 }).toBe(0)
    expect(taken).toBeLessThan(5_000)
    await reader?.cancel()
  })
})

describe('failure', () => {
  it('is a problem answer before the first chunk, and the stored reply is failed', async () => {
    const upstream = failingUpstream(new AppError('upstream_unreachable', 'Nobody answers.'))
    const { url, client } = await startTestServer({ upstream })
    for (const accept of ['text/event-stream', 'text/plain', 'application/json']) {
      const response = await post(url, { ...hello, id: 't1' }, { accept })
      expect(response.status).toBe(502)
      expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
      expect(await response.json()).toMatchObject({
        code: 'upstream_unreachable',
        detail: 'Nobody answers.',
        request_id: response.headers.get('x-request-id'),
      })
    }
    const [, reply] = await messagesOf(client, 't1')
    expect(reply).toMatchObject({ status: 'failed', error: { code: 'upstream_unreachable' } })
  })

  it('is an error chunk with the problem after the first chunk, and the text so far is kept', async () => {
    const { client } = await startTestServer()
    const reply = await readAll(client, {
      id: 't1',
      messages: [{ role: 'user', content: 'Show me an error' }],
    })
    expect(reply.status).toBe('failed')
    expect(reply.problem).toMatchObject({ code: 'upstream_error' })
    const [, stored] = await messagesOf(client, 't1')
    expect(stored).toMatchObject({ status: 'failed', error: reply.problem, parts: reply.parts })
    expect(textOfParts(reply.parts)).not.toBe('')
  })

  it('cuts a text/plain answer, so that it does not pass for whole', async () => {
    const { url } = await startTestServer()
    const body = { messages: [{ role: 'user' as const, content: 'error' }] }
    const response = await post(url, body, { accept: 'text/plain' })
    await expect(response.text()).rejects.toThrow('terminated')
  })

  it('is a problem answer to application/json, also in mid-reply', async () => {
    const { url } = await startTestServer()
    const body = { messages: [{ role: 'user' as const, content: 'error' }] }
    const response = await post(url, body, { accept: 'application/json' })
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({ code: 'upstream_error' })
  })

  it.skipIf(inject('redisUrl') === '')(
    'is what a reply means whose log ends before it does, on the server that does not write it',
    async () => {
      const env = { DATABASE_URL: await createTestDatabase(), REDIS_URL: inject('redisUrl') }
      const { upstream, say } = scriptConversation()
      const [writer, follower] = await Promise.all(
        [0, 1].map(() => startTestServer({ env, upstream })),
      )
      const body = { id: 't1', messages: [{ id: 'm1', role: 'user' as const, content: 'Hello' }] }
      say('so far')
      await post(writer?.url ?? '', body)
      const run = await writer?.store.findRun(localOwner, 't1')
      const readAs = (accept: string) => post(follower?.url ?? '', body, { accept })
      const text = readAs('text/plain').then((answer) => answer.text())
      const json = readAs('application/json')
      const redis = new Redis(inject('redisUrl'))
      onTestFinished(() => redis.disconnect())
      const channel = keyOf(run?.runId ?? '')
      // What the writer would say of a log that it cannot share to its end; they may only be on their way.
      const cutting = setInterval(() => void redis.publish(channel, goneMessage), 100)
      await Promise.allSettled([text, json]).finally(() => clearInterval(cutting))
      await expect(text).rejects.toThrow('terminated')
      const answer = await json
      expect(answer.status).toBe(503)
      expect(await answer.json()).toMatchObject({ code: 'run_interrupted' })
    },
  )

  it('is what an upstream that ends without `finish` means', async () => {
    const { upstream } = scriptUpstream(async function* () {
      yield textBatch('cut o')
    })
    const { client } = await startTestServer({ upstream })
    const reply = await readAll(client, { ...hello, id: 't1' })
    expect(reply).toMatchObject({ status: 'failed', problem: { code: 'upstream_interrupted' } })
  })

  it('does not pass on the words of an upstream’s error, which may hold a key', async () => {
    const lines: string[] = []
    const { upstream } = scriptUpstream(async function* () {
      yield textBatch('so far')
      yield [{ type: 'error' as const, errorText: 'Incorrect API key sk-secret' }]
    })
    const { url } = await startTestServer({ upstream, onLog: (line) => lines.push(line) })
    const body = await (await post(url, hello)).text()
    expect(body).toContain('upstream_error')
    expect(body + lines.join('')).not.toContain('sk-secret')
  })

  it('that nobody foresaw is masked for the reader and logged for us', async () => {
    const lines: string[] = []
    const upstream = failingUpstream(new TypeError('secret detail'))
    const { url } = await startTestServer({ upstream, onLog: (line) => lines.push(line) })
    const response = await post(url, hello)
    expect(response.status).toBe(500)
    const text = await response.text()
    expect(parseProblem(text)?.code).toBe('internal')
    expect(text).not.toContain('secret detail')
    expect(lines.join('')).toContain('secret detail')
  })

  it('leaves the next request unharmed', async () => {
    const { upstream, requests } = scriptUpstream(async function* () {
      if (requests.length === 1) throw new Error('once')
      yield finishBatch
    })
    const { url, client } = await startTestServer({ upstream })
    expect((await post(url, hello)).status).toBe(500)
    expect((await readAll(client, hello)).status).toBe('complete')
  })
})

it('logs neither what people say nor what is answered', async () => {
  const lines: string[] = []
  const { upstream } = scriptUpstream(async function* () {
    yield textBatch('the-answer')
    yield finishBatch
  })
  const { url } = await startTestServer({ upstream, onLog: (line) => lines.push(line) })
  const headers = { authorization: 'Bearer the-token', cookie: 'the-cookie' }
  const body = { id: 't1', messages: [{ role: 'user' as const, content: 'the-question' }] }
  await (await post(`${url}`, body, headers, '?q=the-query')).text()
  await expect.poll(() => lines.length).toBeGreaterThan(0)
  expect(lines.join('')).toContain('/api/chat')
  expect(lines.join('')).not.toMatch(/the-(question|answer|token|cookie|query)/)
})

it('logs the end of every request in one line, also of one that is left', async () => {
  const lines: string[] = []
  const { upstream, say } = scriptConversation()
  const { url } = await startTestServer({ upstream, onLog: (line) => lines.push(line) })
  const ends = () =>
    lines.map((line) => JSON.parse(line) as object).filter((line) => 'duration_ms' in line)
  const id = 'mine-1'
  await (await fetch(`${url}/api/nowhere?q=x`, { headers: { 'x-request-id': id } })).text()
  await expect.poll(ends).toEqual([
    expect.objectContaining({
      level: 30,
      msg: 'request completed',
      request_id: id,
      method: 'GET',
      path: '/api/nowhere',
      status: 404,
      duration_ms: expect.any(Number),
    }),
  ])
  say('so far')
  const leaving = new AbortController()
  const { body } = await fetch(`${url}/api/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'not\u00e9 good' },
    body: JSON.stringify(hello),
    signal: leaving.signal,
  })
  await body?.getReader().read()
  leaving.abort()
  await expect.poll(ends).toHaveLength(2)
  expect(ends()[1]).toMatchObject({ msg: 'request aborted', path: '/api/chat', status: 200 })
  expect(ends()[1]).toMatchObject({ request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) })
})

function post(url: string, body: ChatBody, headers: Record<string, string> = {}, query = '') {
  return fetch(`${url}/api/chat${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

async function readAll(client: Client, body: ChatBody, signal?: AbortSignal) {
  const chunks: UIMessageChunk[] = []
  for await (const chunk of client.chat.stream(body, signal ? { signal } : {})) chunks.push(chunk)
  return accumulate(emptyReply, chunks)
}

async function messagesOf(client: Client, threadId: string) {
  const answer = await client.threads.messages({ params: { thread_id: threadId } })
  if (answer.status !== 200) throw new Error(`the messages were answered with ${answer.status}`)
  return answer.body
}

/** What an AI SDK client sends when the user edits a message: the same id. */
function editTo(text: string): ChatBody {
  return {
    id: 't1',
    messageId: 'u1',
    messages: [{ id: 'u1', role: 'user', parts: [{ type: 'text', text }] }],
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
