import {
  accumulate,
  createClient,
  emptyReply,
  isToolPart,
  textOfParts,
  type ChatBody,
  type Client,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import { Agent, request } from 'undici'
import { describe, expect, it } from 'vitest'
import { AppError } from '../app-error.ts'
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
import { finishBatch, scriptUpstream, textBatch } from './scripted-upstream.ts'
import { startTestServer } from './test-server.ts'

describe('a run whose reader leaves', () => {
  it('goes on, and is stored to its end', async () => {
    const { client, say, finish } = await startConversation()
    const stream = client.chat.stream(hello)
    say('one ')
    await stream.next()
    await stream.return()
    say('two')
    finish()
    await expect.poll(() => statusOf(client)).toBe('complete')
    expect(textOfParts((await messagesOf(client))[1]?.parts ?? [])).toBe('one two')
  })

  it('gives the whole reply to those who come back, and to a second tab', async () => {
    const { client, say, finish } = await startConversation()
    const stream = client.chat.stream(hello)
    say('one ')
    await stream.next()
    await stream.return()
    const [first, second] = await Promise.all([client.chat.follow('t1'), client.chat.follow('t1')])
    say('two')
    finish()
    for (const reading of [first, second])
      expect(textOf(await collect(reading ?? []))).toBe('one two')
  })

  it('gives exactly what follows the last event, from any event on', async () => {
    const { client, url, say, finish } = await startConversation()
    const reading = collect(client.chat.stream(hello))
    for (const word of ['one ', 'two ', 'three']) say(word)
    finish()
    const whole = await reading
    const text = await (await post(url, hello)).text()
    const ids = [...text.matchAll(/^id: (\S+)$/gm)].map(([, id]) => id ?? '')
    expect(ids).toHaveLength(whole.length)
    for (const [index, id] of ids.entries()) {
      const rest = await fetch(`${url}/api/chat/t1/stream`, { headers: { 'last-event-id': id } })
      expect(chunksIn(await rest.text())).toEqual(whole.slice(index + 1))
    }
  })

  it('is whole wherever its connection is cut, and goes on within 100 ms', async () => {
    const { url, say, finish } = await startConversation()
    const sending = post(url, hello)
    const words = Array.from({ length: 60 }, (_, index) => `naïve ${index} 🙂 `)
    for (const word of words) say(word)
    finish()
    const whole = Buffer.from(await (await sending).arrayBuffer())
    const tookMs: number[] = []
    // Before the first event is whole there is nothing to go on from.
    const first = whole.indexOf('\n\n') + 2
    for (let cut = first; cut < whole.length; cut += 1 + Math.floor(Math.random() * 40)) {
      // Once, at this byte of the first answer.
      let isCut = false
      const client = createClient(url, {
        fetch: async (input, init) => {
          const askedAtMs = performance.now()
          const response = await fetch(input, init)
          if (isCut) tookMs.push(performance.now() - askedAtMs)
          if (isCut || response.body === null) return response
          isCut = true
          return new Response(cutAt(cut, response.body), response)
        },
      })
      expect(await collect(client.chat.stream(hello))).toEqual(chunksIn(whole.toString()))
    }
    expect(tookMs.length).toBeGreaterThan(50)
    expect(tookMs.toSorted((a, b) => a - b)[Math.floor(tookMs.length * 0.99)]).toBeLessThan(100)
  })

  it('answers 204 where nothing runs, or another run was meant', async () => {
    const { client, url, say, finish } = await startConversation()
    expect((await fetch(`${url}/api/chat/t1/stream`)).status).toBe(204)
    const reading = collect(client.chat.stream(hello))
    say('one')
    finish()
    await reading
    expect((await fetch(`${url}/api/chat/t1/stream`)).status).toBe(204)
    const headers = { 'last-event-id': 'another.1' }
    expect((await fetch(`${url}/api/chat/t1/stream`, { headers })).status).toBe(204)
  })
})

const callOfTool: UIMessageChunk[] = [
  { type: 'start-step' },
  { type: 'tool-input-available', toolCallId: 'c', toolName: 'time', input: {} },
  { type: 'finish', finishReason: 'tool-calls' },
]

describe('a reply that goes on with the result of its tool', () => {
  it('is given whole to those who come back, and what is new to who sent the result', async () => {
    const rest = Promise.withResolvers<void>()
    const { upstream, requests } = scriptUpstream(async function* () {
      if (requests.length === 1) return yield callOfTool
      yield textBatch('It is ')
      await rest.promise
      yield textBatch('noon.')
      yield finishBatch
    })
    const { client } = await startTestServer({ upstream })
    const asked = accumulate(emptyReply, await collect(client.chat.stream(hello)))
    const parts = asked.parts.map((part) =>
      isToolPart(part) ? { ...part, state: 'output-available' as const, output: 'noon' } : part,
    )
    const reply = { id: asked.id, role: 'assistant' as const, parts }
    const sent = client.chat.stream({ id: 't1', messages: [...hello.messages, reply] })
    const start = await sent.next()
    expect(start.value).toEqual({ type: 'start', messageId: asked.id })
    const followed = await client.chat.follow('t1')
    rest.resolve()
    const told = { type: 'text', text: 'It is noon.', state: 'done' }
    expect(accumulate(emptyReply, await collect(sent)).parts).toEqual([told])
    const whole = accumulate(emptyReply, await collect(followed ?? []))
    const [, stored] = await messagesOf(client)
    for (const { id, parts: all } of [whole, stored ?? emptyReply])
      expect({ id, parts: all }).toEqual({ id: asked.id, parts: [...parts, told] })
  })
})

describe('stopping', () => {
  it('closes the upstream, keeps what came, and ends every reader', async () => {
    const { client, say, closed } = await startConversation()
    const reading = collect(client.chat.stream(hello))
    say('partial')
    await expect.poll(() => statusOf(client)).toBe('streaming')
    const other = client.chat.follow('t1').then((chunks) => collect(chunks ?? []))
    expect((await client.chat.stop({ params: { thread_id: 't1' } })).body).toEqual({
      stopped: true,
    })
    expect(closed()).toBe(true)
    expect((await messagesOf(client))[1]).toMatchObject({
      status: 'stopped',
      parts: [{ text: 'partial', state: 'done' }],
    })
    expect((await reading).at(-1)).toEqual({ type: 'abort' })
    expect((await other).at(-1)).toEqual({ type: 'abort' })
  })

  it('works before the first chunk too', async () => {
    const { client, closed, asked } = await startConversation()
    const reading = collect(client.chat.stream(hello))
    await expect.poll(asked).toBe(1)
    await client.chat.stop({ params: { thread_id: 't1' } })
    expect(closed()).toBe(true)
    expect((await reading).map(({ type }) => type)).toEqual(['start', 'abort'])
    expect(await statusOf(client)).toBe('stopped')
  })

  it('says so where there is nothing to stop', async () => {
    const { client } = await startConversation()
    const answer = await client.chat.stop({ params: { thread_id: 't1' } })
    expect(answer).toMatchObject({ status: 200, body: { stopped: false } })
  })

  it('lets the next message in', async () => {
    const { client, say, finish } = await startConversation()
    const first = collect(client.chat.stream(hello))
    await expect.poll(() => statusOf(client)).toBe('streaming')
    await client.chat.stop({ params: { thread_id: 't1' } })
    await first
    const second = collect(client.chat.stream(another))
    say('again')
    finish()
    expect(textOf(await second)).toBe('again')
  })
})

describe('a thread that is deleted', () => {
  it('ends the reply that is written in it, and its readers', async () => {
    const { client, url, say, closed } = await startConversation()
    const reading = collect(client.chat.stream(hello))
    say('partial')
    await expect.poll(() => statusOf(client)).toBe('streaming')
    const deleted = await client.threads.delete({ params: { thread_id: 't1' } })
    expect(deleted.status).toBe(204)
    expect(closed()).toBe(true)
    expect((await reading).at(-1)).toEqual({ type: 'abort' })
    const answer = await fetch(`${url}/api/chat/t1/stream`)
    expect(answer.status).toBe(204)
  })

  it('is not remembered: the same message begins it anew', async () => {
    const { client, say, finish, asked } = await startConversation()
    for (const times of [1, 2]) {
      const reading = collect(client.chat.stream(hello))
      say(`reply ${times}`)
      finish()
      expect(textOf(await reading)).toBe(`reply ${times}`)
      expect(await messagesOf(client)).toHaveLength(2)
      await client.threads.delete({ params: { thread_id: 't1' } })
    }
    expect(asked()).toBe(2)
  })
})

describe('a message sent more than once', () => {
  it('is asked and stored once, however many race, and all read the same reply', async () => {
    const { client, say, finish, asked } = await startConversation()
    const reading = Array.from({ length: 50 }, () => collect(client.chat.stream(hello)))
    await expect.poll(asked).toBe(1)
    say('one')
    finish()
    const replies = await Promise.all(reading)
    for (const chunks of replies) expect(chunks).toEqual(replies[0])
    expect(textOf(await collect(client.chat.stream(hello)))).toBe('one')
    expect(asked()).toBe(1)
    expect(await messagesOf(client)).toHaveLength(2)
  })

  it('is named by Idempotency-Key where it has no id', async () => {
    const { client, say, finish, asked } = await startConversation()
    const body = { ...hello, messages: [{ role: 'user' as const, content: 'Hello' }] }
    const options = { idempotencyKey: 'k1' }
    const reading = [1, 2].map(() => collect(client.chat.stream(body, options)))
    await expect.poll(asked).toBe(1)
    say('one')
    finish()
    const [first, second] = await Promise.all(reading)
    expect(second).toEqual(first)
    expect(asked()).toBe(1)
  })

  it('is refused under the same key with another body', async () => {
    const { client } = await startConversation()
    void collect(client.chat.stream(hello)).catch(() => undefined)
    await expect.poll(() => statusOf(client)).toBe('streaming')
    const changed = { ...hello, messages: [{ ...hello.messages[0], content: 'Bye' }] } as ChatBody
    await expect(collect(client.chat.stream(changed))).rejects.toMatchObject({
      problem: { code: 'key_reused', status: 422 },
    })
  })

  it('refuses a key that is no header value', async () => {
    const { url } = await startConversation()
    const response = await post(url, hello, { 'idempotency-key': 'a b' })
    expect(response.status).toBe(400)
  })

  it('is tried anew where the first try failed', async () => {
    const { upstream, requests } = scriptUpstream(async function* () {
      if (requests.length === 1) throw new AppError('upstream_unreachable', 'Down.')
      yield textBatch('up again')
      yield finishBatch
    })
    const { client, url } = await startTestServer({ upstream })
    expect((await post(url, hello)).status).toBe(502)
    expect(textOf(await collect(client.chat.stream(hello)))).toBe('up again')
  })
})

it('refuses another message while a reply is written, and names the run', async () => {
  const { client, url, say } = await startConversation()
  const reading = client.chat.stream(hello)
  say('one')
  await reading.next()
  const response = await post(url, another)
  expect(response.status).toBe(409)
  const running = await fetch(`${url}/api/chat/t1/stream`)
  const reader = running.body?.getReader()
  const head = new TextDecoder().decode((await reader?.read())?.value)
  const { code, run_id: runId } = (await response.json()) as { code: string; run_id: string }
  expect(code).toBe('run_in_progress')
  expect(head).toContain(`id: ${runId}.1\n`)
  await reader?.cancel()
  await reading.return()
})

describe('a run that waits for a place among those that go on', () => {
  const waiting = { id: 't2', messages: [{ id: 'm9', role: 'user' as const, content: 'Me too' }] }
  const env = { MAX_RUNS: '1', MAX_QUEUED_RUNS: '1' }

  it('is stored, and begins when there is one', async () => {
    const { client, url, say, finish, asked } = await startConversation(env)
    say('one')
    const first = await post(url, hello)
    const second = collect(client.chat.stream(waiting))
    await expect.poll(() => messagesIn(client, 't2')).toMatchObject([{}, { status: 'streaming' }])
    expect(asked()).toBe(1)
    const refused = await post(url, { messages: waiting.messages })
    expect(refused.status).toBe(503)
    expect(await refused.json()).toMatchObject({ code: 'overloaded' })
    finish()
    await first.text()
    say('two')
    finish()
    expect(textOf(await second)).toBe('two')
  })

  it('is stopped before it has asked the upstream', async () => {
    const { client, url, say, asked } = await startConversation(env)
    say('one')
    await post(url, hello)
    const reading = collect(client.chat.stream(waiting))
    await expect.poll(() => messagesIn(client, 't2')).toHaveLength(2)
    const stopped = await client.chat.stop({ params: { thread_id: 't2' } })
    expect(stopped).toMatchObject({ status: 200, body: { stopped: true } })
    expect((await reading).at(-1)).toEqual({ type: 'abort' })
    expect(await messagesIn(client, 't2')).toMatchObject([{}, { status: 'stopped', parts: [] }])
    expect(asked()).toBe(1)
  })

  it('gives up waiting with a reader for whom nothing is kept', async () => {
    const { client, url, say } = await startConversation(env)
    say('one')
    await post(url, hello)
    const leaving = new AbortController()
    const left = fetch(`${url}/api/chat`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messages: waiting.messages }),
      signal: leaving.signal,
    })
    await expect
      .poll(async () => (await post(url, { messages: waiting.messages })).status)
      .toBe(503)
    leaving.abort()
    await expect(left).rejects.toThrow('abort')
    const reading = collect(client.chat.stream(waiting))
    await expect.poll(() => messagesIn(client, 't2')).toHaveLength(2)
    await client.chat.stop({ params: { thread_id: 't2' } })
    expect((await reading).at(-1)).toEqual({ type: 'abort' })
  })

  it('is joined by those who ask for it again', async () => {
    const { client, url, say, finish, asked } = await startConversation(env)
    say('one')
    const first = await post(url, hello)
    const leaving = new AbortController()
    const left = client.chat.stream(waiting, { signal: leaving.signal }).next()
    await expect.poll(() => messagesIn(client, 't2')).toHaveLength(2)
    leaving.abort()
    await expect(left).rejects.toThrow('abort')
    const again = collect(client.chat.stream(waiting))
    finish()
    await first.text()
    say('two')
    finish()
    expect(textOf(await again)).toBe('two')
    expect(asked()).toBe(2)
  })

  it('does not begin any more while the server stops', async () => {
    const { client, url, say, stop, asked } = await startConversation(env)
    say('one')
    await post(url, hello)
    const reading = post(url, waiting)
    await expect.poll(() => messagesIn(client, 't2')).toHaveLength(2)
    await stop()
    const answer = await reading
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ code: 'run_interrupted' })
    expect(asked()).toBe(1)
  })
})

it('tells where a reply is too long to be followed from its beginning, and gives the whole when it has ended', async () => {
  const { client, url, say, finish } = await startConversation()
  const reading = post(url, hello).then((answer) => answer.text())
  const piece = 'x'.repeat(300_000)
  for (let count = 0; count < 10; count++) say(piece)
  const following = () => client.chat.resume({ params: { thread_id: 't1' } })
  await expect
    .poll(following, { timeout: 10_000 })
    .toMatchObject({ status: 409, body: { code: 'run_in_progress' } })
  expect((await post(url, hello)).status).toBe(409)
  finish()
  const whole = textOf(chunksIn(await reading))
  expect(whole).toBe(piece.repeat(10))
  const again = await post(url, hello)
  expect(again.status).toBe(200)
  expect(textOf(chunksIn(await again.text()))).toBe(whole)
})

it(
  'ends a reply that grows without end, with what can be kept of it',
  { timeout: 60_000 },
  async () => {
    let said = 0
    const { upstream } = scriptUpstream(async function* () {
      for (; said < 50; said++) yield textBatch('x'.repeat(1_000_000))
      yield finishBatch
    })
    const { url, client } = await startTestServer({ upstream })
    const answer = await post(url, hello)
    const [end] = chunksIn((await answer.text()).slice(-1_000))
    expect(end).toMatchObject({ type: 'error', errorText: expect.stringContaining('32 MiB') })
    expect(said).toBe(34)
    const stored = await client.threads.messages({ params: { thread_id: 't1' } })
    expect(stored.body).toMatchObject([
      {},
      { status: 'failed', error: { code: 'upstream_protocol' } },
    ])
    // What is not kept may be longer.
    said = 0
    expect((await (await post(url, { messages: hello.messages })).text()).length).toBeGreaterThan(
      50_000_000,
    )
  },
)

it('answers HEAD with the headers alone, and leaves the connection in order', async () => {
  const { url, say, finish } = await startConversation()
  say('one')
  const reading = await post(url, hello)
  const agent = new Agent({ connections: 1 })
  const askForHead = async (headers: Record<string, string> = {}) => {
    const target = `${url}/api/chat/t1/stream`
    const head = await request(target, { method: 'HEAD', headers, dispatcher: agent })
    expect(head.statusCode).toBe(200)
    expect(head.headers['content-type']).toContain('text/event-stream')
    expect(await head.body.text()).toBe('')
    const next = await request(`${url}/health`, { dispatcher: agent })
    expect(await next.body.json()).toMatchObject({ status: 'healthy' })
  }
  await askForHead()
  say(' two')
  finish()
  const text = await reading.text()
  expect(textOf(chunksIn(text))).toBe('one two')
  // Of a reply that has ended, all is there at once.
  await askForHead({ 'last-event-id': /^id: (\S+)$/m.exec(text)?.[1] ?? '' })
  await agent.close()
})

async function startConversation(env: Record<string, string> = {}) {
  const conversation = scriptConversation()
  return { ...(await startTestServer({ env, upstream: conversation.upstream })), ...conversation }
}

async function messagesIn(client: Client, threadId: string) {
  const answer = await client.threads.messages({ params: { thread_id: threadId } })
  return answer.status === 200 ? answer.body : []
}

/** The first bytes of a body, and then a connection that broke. */
function cutAt(length: number, body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  let left = length
  const cut = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      controller.enqueue(bytes.subarray(0, left))
      left -= bytes.length
      if (left <= 0) controller.error(new TypeError('cut'))
    },
  })
  return body.pipeThrough(cut)
}
