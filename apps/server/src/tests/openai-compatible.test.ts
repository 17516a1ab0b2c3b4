import { readFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { resolve } from 'node:path'
import { json } from 'node:stream/consumers'
import {
  accumulate,
  emptyReply,
  isToolPart,
  textOfParts,
  type ChatBody,
  type Client,
  type ToolPart,
} from '@assistant-ui-proxy/contract'
import { describe, expect, it } from 'vitest'
import { sse, startPeer } from './peer.ts'
import { startTestServer } from './test-server.ts'

const fixtures = resolve(import.meta.dirname, '../drivers/upstream/openai-compatible/fixtures')
const textFixture = resolve(fixtures, 'text.sse')
const hello: ChatBody = { messages: [{ role: 'user', content: 'Hello' }] }

describe('the openai-compatible upstream', () => {
  it('asks for a streamed completion with the key, and answers with its text', async () => {
    const { asked, client } = await startWithModelServer({ OPENAI_API_KEY: 'sk-secret' })
    const reply = await ask(client, { ...hello, system: 'Be brief.' })
    expect(reply.status).toBe('complete')
    expect(textOfParts(reply.parts)).toBe('Grüße 👩‍👩‍👧\n\ndata: x')
    expect(asked).toMatchObject([
      {
        url: '/v1/chat/completions',
        headers: { authorization: 'Bearer sk-secret' },
        body: {
          model: 'small',
          messages: [
            { role: 'system', content: 'Be brief.' },
            { role: 'user', content: 'Hello' },
          ],
          stream: true,
          stream_options: { include_usage: true },
        },
      },
    ])
  })

  it('asks the first model that the server lists where none is configured, once', async () => {
    const { asked, client } = await startWithModelServer({ OPENAI_MODEL: '' })
    await ask(client, hello)
    await ask(client, hello)
    expect(asked.map(({ url }) => url)).toEqual([
      '/v1/models',
      '/v1/chat/completions',
      '/v1/chat/completions',
    ])
    expect(asked[1]?.body).toMatchObject({ model: 'large' })
  })

  it.each<[string, Record<string, string>, object]>([
    ['is stopped', {}, { status: 'stopped' }],
    [
      'has waited for its first chunk',
      { UPSTREAM_FIRST_CHUNK_TIMEOUT_MS: '300' },
      { status: 'failed', error: { code: 'upstream_timeout' } },
    ],
  ])('asks no longer for the first model than until the run %s', async (_, env, expected) => {
    let closed = 0
    const url = await startPeer((_request, response) => void response.on('close', () => closed++))
    const upstream = { UPSTREAM: 'openai-compatible', OPENAI_BASE_URL: url }
    const { client } = await startTestServer({ env: { ...upstream, ...env } })
    const asking = [
      client.chat.send({ body: { ...hello, id: 't1' } }),
      client.chat.send({ body: { ...hello, id: 't2' } }),
    ]
    await expect.poll(async () => (await messagesOf(client, 't2')).length).toBe(2)
    if (env['UPSTREAM_FIRST_CHUNK_TIMEOUT_MS'] === undefined)
      for (const thread_id of ['t1', 't2']) await client.chat.stop({ params: { thread_id } })
    await Promise.all(asking)
    for (const id of ['t1', 't2'])
      expect(await messagesOf(client, id)).toMatchObject([{}, expected])
    await expect.poll(() => closed).toBe(1)
  })

  it('lists the models, and asks the one that a chat names', async () => {
    const { asked, client } = await startWithModelServer()
    expect((await client.chat.models()).body).toEqual([
      { id: 'large', is_default: false },
      { id: 'small', is_default: true },
    ])
    await ask(client, { ...hello, model: 'large' })
    expect(asked.at(-1)?.body).toMatchObject({ model: 'large' })
  })

  it('refuses a model that is not offered, without asking', async () => {
    const { asked, client } = await startWithModelServer()
    const answer = await client.chat.send({ body: { ...hello, model: 'huge' } })
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ path: 'body.model' }] },
    })
    expect(asked.map(({ url }) => url)).toEqual(['/v1/models'])
  })

  it("passes the settings of assistant-ui's model context on, with the model that it names", async () => {
    const { asked, client } = await startWithModelServer()
    const callSettings = {
      maxTokens: 500,
      temperature: 0,
      topP: 0.9,
      presencePenalty: -1,
      frequencyPenalty: 0.5,
      seed: 7,
    }
    const config = { modelName: 'large', reasoningEffort: 'high' }
    await ask(client, { ...hello, callSettings, config })
    await ask(client, hello)
    const [first, second] = asked.filter(({ body }) => body !== undefined).map(({ body }) => body)
    const settings = {
      max_tokens: 500,
      temperature: 0,
      top_p: 0.9,
      presence_penalty: -1,
      frequency_penalty: 0.5,
      seed: 7,
      reasoning_effort: 'high',
    }
    expect(first).toEqual({ ...(second as object), model: 'large', ...settings })
    const refused = await client.chat.send({ body: { ...hello, config: { modelName: 'huge' } } })
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: 'body.model' }] } })
  })

  it('limits a reply under the name that the model takes', async () => {
    const asked: object[] = []
    const message =
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    const url = await startPeer(async (request, response) => {
      const body = (await json(request)) as object
      asked.push(body)
      if ('max_tokens' in body) response.writeHead(400).end(JSON.stringify({ error: { message } }))
      else sse(response).end(readFileSync(resolve(fixtures, 'text.sse')))
    })
    const env = { UPSTREAM: 'openai-compatible', OPENAI_BASE_URL: url, OPENAI_MODEL: 'm' }
    const { client } = await startTestServer({ env })
    for (const maxTokens of [5, 6])
      expect(await ask(client, { ...hello, callSettings: { maxTokens } })).toMatchObject({
        status: 'complete',
      })
    expect(asked).toMatchObject([
      { max_tokens: 5 },
      { max_completion_tokens: 5 },
      { max_completion_tokens: 6 },
    ])
  })

  it('passes tools on, streams their calls back, and goes on in the same reply with their results', async () => {
    const { asked, answers, client } = await startWithModelServer()
    answers.push('tool-calls', 'text')
    const tools = { weather: { description: 'Tells it', parameters: { type: 'object' } } }
    const first = await ask(client, { ...hello, id: 't1', tools })
    expect(asked[0]?.body).toMatchObject({
      tools: [
        {
          type: 'function',
          function: { name: 'weather', description: 'Tells it', parameters: { type: 'object' } },
        },
      ],
    })
    expect(first).toMatchObject({ finishReason: 'tool-calls' })
    const [, weather] = first.parts
    expect(weather).toMatchObject({ type: 'tool-weather', state: 'input-available' })

    const result = {
      ...(weather as ToolPart),
      state: 'output-available' as const,
      output: { c: 21 },
    }
    const stored = await messagesOf(client, 't1')
    const body: ChatBody = {
      id: 't1',
      tools,
      messages: [
        { id: stored[0]?.id, role: 'user', content: 'Hello' },
        { id: first.id, role: 'assistant', parts: [{ type: 'step-start' }, result] },
      ],
    }
    const second = await ask(client, body)
    expect(second.id).toBe(first.id)
    expect(asked[1]?.body).toMatchObject({
      messages: [
        { role: 'user', content: 'Hello' },
        { role: 'assistant', tool_calls: [{ id: 'call_a', function: { name: 'weather' } }] },
        { role: 'tool', tool_call_id: 'call_a', content: '{"c":21}' },
      ],
    })
    expect(await messagesOf(client, 't1')).toMatchObject([
      { role: 'user' },
      {
        id: first.id,
        status: 'complete',
        parts: [
          { type: 'step-start' },
          { type: 'tool-weather', state: 'output-available', output: { c: 21 } },
          { type: 'step-start' },
          { type: 'text', text: 'Grüße 👩‍👩‍👧\n\ndata: x' },
        ],
      },
    ])
  })

  it('gives a model its own reasoning and signatures back, and no other model', async () => {
    const { asked, answers, client } = await startWithModelServer()
    const event = (delta: object, finish_reason?: string) =>
      `data: ${JSON.stringify({ choices: [{ delta, finish_reason }] })}\n\n`
    const extra_content = { google: { thought_signature: 'signed' } }
    const call = { index: 0, id: 'a', function: { name: 'time', arguments: '{}' }, extra_content }
    const reasoning = event({ reasoning_content: 'I ' }) + event({ reasoning_content: 'look.' })
    const reasoning_details = [{ type: 'reasoning.encrypted', data: 'sealed', index: 0 }]
    const called = event({ tool_calls: [call], reasoning_details }, 'tool_calls')
    answers.push(Buffer.from(reasoning + called))
    const first = await ask(client, { ...hello, id: 't1' })
    const parts = first.parts.map((part) =>
      isToolPart(part) ? { ...part, state: 'output-available' as const, output: 9 } : part,
    )
    await ask(client, { id: 't1', messages: [{ id: first.id, role: 'assistant', parts }] })
    const [, reply] = await messagesOf(client, 't1')
    const next = { id: 't1', parent_id: reply?.id ?? '', messages: hello.messages }
    await ask(client, next)
    await ask(client, { ...next, model: 'large' })

    const saidBefore = asked
      .map(({ body }) => body as { messages?: Record<string, unknown>[] } | undefined)
      .map((body) => body?.messages?.find((message) => 'tool_calls' in message))
      .filter((message) => message !== undefined)
    const tool_calls = [{ id: 'a', extra_content }]
    const own = { reasoning_content: 'I look.', reasoning_details, tool_calls }
    expect(saidBefore).toMatchObject([own, own, {}])
    expect(JSON.stringify(saidBefore[2])).not.toMatch(/look|signed|sealed/)
  })

  it('gives calls that come without ids one each, also in the next step of the reply', async () => {
    const { asked, answers, client } = await startWithModelServer()
    const call = (index: number, city: string) => {
      const called = { name: 'weather', arguments: JSON.stringify({ city }) }
      const choice = { delta: { tool_calls: [{ index, id: '', function: called }] } }
      return `data: ${JSON.stringify({ choices: [choice] })}\n\n`
    }
    const end = 'data: {"choices":[{"finish_reason":"tool_calls"}]}\n\n'
    answers.push(Buffer.from(call(0, 'Rome') + call(1, 'Bern') + end))
    answers.push(Buffer.from(call(0, 'Oslo') + end))
    const first = await ask(client, { ...hello, id: 't1' })
    const results = first.parts.filter(isToolPart).map((part) => ({
      ...part,
      state: 'output-available' as const,
      output: 'sunny',
    }))
    await ask(client, { id: 't1', messages: [{ id: first.id, role: 'assistant', parts: results }] })
    const [, reply] = await messagesOf(client, 't1')
    const calls = (reply?.parts ?? []).filter(isToolPart)
    expect(calls).toMatchObject([
      { state: 'output-available', input: { city: 'Rome' } },
      { state: 'output-available', input: { city: 'Bern' } },
      { state: 'input-available', input: { city: 'Oslo' } },
    ])
    expect(new Set(calls.map(({ toolCallId }) => toolCallId)).size).toBe(3)
    expect(asked.at(-1)?.body).toMatchObject({
      messages: [{ role: 'assistant' }, { content: 'sunny' }, { content: 'sunny' }],
    })
  })

  it('reads content that comes in parts, and tells of events that are not what they should be', async () => {
    const { answers, client } = await startWithModelServer()
    const event = (delta: object) => `data: ${JSON.stringify({ choices: [{ delta }] })}\n\n`
    const text = event({ content: [{ type: 'text', text: 'In parts' }] })
    answers.push(Buffer.from(text + event({ tool_calls: [null] })))
    const reply = await ask(client, { ...hello, id: 't1' })
    expect(reply).toMatchObject({ status: 'failed', problem: { code: 'upstream_protocol' } })
    expect(await messagesOf(client, 't1')).toMatchObject([
      { role: 'user' },
      { error: { code: 'upstream_protocol' }, parts: [{}, { type: 'text', text: 'In parts' }] },
    ])
  })

  it('does without the count of tokens where the server does not know how to ask for it', async () => {
    const asked: object[] = []
    const words = {
      detail: [{ type: 'extra_forbidden', loc: ['body', 'stream_options', 'include_usage'] }],
    }
    const url = await startPeer(async (request, response) => {
      const body = (await json(request)) as object
      asked.push(body)
      if ('stream_options' in body) response.writeHead(422).end(JSON.stringify({ message: words }))
      else sse(response).end(readFileSync(resolve(fixtures, 'text.sse')))
    })
    const env = { UPSTREAM: 'openai-compatible', OPENAI_BASE_URL: url, OPENAI_MODEL: 'm' }
    const { client } = await startTestServer({ env })
    for (const _ of ['first', 'second'])
      expect(await ask(client, hello)).toMatchObject({ status: 'complete' })
    expect(asked.map((body) => 'stream_options' in body)).toEqual([true, false, false])
  })

  it.each([
    ['wants it', false, ['I look.', 'I look.']],
    ['refuses it', true, ['I look.', undefined, undefined]],
  ])('gives reasoning back as `reasoning` to a server that %s', async (_, refuses, expected) => {
    const given: unknown[] = []
    const event = (delta: object, finish_reason?: string) =>
      `data: ${JSON.stringify({ choices: [{ delta, finish_reason }] })}\n\n`
    const url = await startPeer(async (request, response) => {
      const { messages } = (await json(request)) as { messages: { role: string }[] }
      const reply = messages.findLast(({ role }) => role === 'assistant')
      if (reply !== undefined) given.push('reasoning' in reply ? reply.reasoning : undefined)
      const error = { message: "'messages.1' : property 'reasoning' is unsupported" }
      if (refuses && given.length > 0 && given.at(-1) !== undefined)
        response.writeHead(400).end(JSON.stringify({ error }))
      else sse(response).end(event({ reasoning: 'I look.' }) + event({ content: 'So.' }, 'stop'))
    })
    const env = { UPSTREAM: 'openai-compatible', OPENAI_BASE_URL: url, OPENAI_MODEL: 'm' }
    const { client } = await startTestServer({ env })
    await ask(client, { ...hello, id: 't1' })
    for (const content of ['And then?', 'And after that?']) {
      const parent_id = (await messagesOf(client, 't1')).at(-1)?.id ?? ''
      const messages = [{ role: 'user' as const, content }]
      const reply = await ask(client, { id: 't1', parent_id, messages })
      expect(reply).toMatchObject({ status: 'complete', parts: [{}, { text: 'I look.' }, {}] })
    }
    expect(given).toEqual(expected)
  })

  it.each([
    ['Tool call id was call_a but must be a-z, A-Z, 0-9, with a length of 9.', /^[a-zA-Z0-9]{9}$/],
    ["Invalid 'messages[1].tool_calls[0].id': string too long.", /^.{1,40}$/],
  ])('asks again with other ids of calls where the model says: %s', async (message, taken) => {
    const given: string[][] = []
    const url = await startPeer(async (request, response) => {
      const { messages } = (await json(request)) as { messages: Record<string, unknown>[] }
      const calls = messages.flatMap(({ tool_calls = [] }) => tool_calls as { id: string }[])
      const results = messages.flatMap(({ tool_call_id: id }) => (id === undefined ? [] : [id]))
      const ids = calls.map(({ id }) => id)
      expect(results).toEqual(ids)
      given.push(ids)
      if (ids.every((id) => taken.test(id))) sse(response).end(readFileSync(textFixture))
      else response.writeHead(400).end(JSON.stringify({ object: 'error', message }))
    })
    const env = { UPSTREAM: 'openai-compatible', OPENAI_BASE_URL: url, OPENAI_MODEL: 'm' }
    const { client } = await startTestServer({ env })
    const called = ['call_a', 'aB3cD4eF5', 'x'.repeat(50)].map((toolCallId) => ({
      type: 'tool-time' as const,
      toolCallId,
      state: 'output-available' as const,
      input: {},
      output: 9,
    }))
    const messages: ChatBody['messages'] = [
      ...hello.messages,
      { role: 'assistant', parts: called },
      ...hello.messages,
    ]
    for (const _ of ['first', 'second'])
      expect(await ask(client, { messages })).toMatchObject({ status: 'complete' })
    const [asIs, short, again, ...more] = given
    expect(asIs).toEqual(called.map(({ toolCallId }) => toolCallId))
    expect(new Set(short).size).toBe(3)
    expect(short?.[1]).toBe('aB3cD4eF5')
    expect(again).toEqual(short)
    expect(more).toEqual([])
  })

  it.each([
    [400, 'Conversation roles must alternate user/assistant/user/assistant/...'],
    [500, 'Jinja Exception: System message must be at the beginning.'],
  ])(
    'asks again with one message in place of several where the model says: %d %s',
    async (status, message) => {
      const given: string[][] = []
      const url = await startPeer(async (request, response) => {
        const { messages } = (await json(request)) as { messages: { role: string }[] }
        const roles = messages.map(({ role }) => role)
        given.push(roles)
        if (roles.every((role, at) => role !== roles[at - 1]))
          sse(response).end(readFileSync(textFixture))
        else response.writeHead(status).end(JSON.stringify({ error: { message } }))
      })
      const env = { UPSTREAM: 'openai-compatible', OPENAI_BASE_URL: url, OPENAI_MODEL: 'm' }
      const { client } = await startTestServer({ env })
      const [question] = hello.messages
      const messages: ChatBody['messages'] = [
        { role: 'system', content: 'Be kind.' },
        ...(question ? [question, question] : []),
      ]
      for (const _ of ['first', 'second'])
        expect(await ask(client, { messages, system: 'Be brief.' })).toMatchObject({
          status: 'complete',
        })
      const inARow = ['system', 'system', 'user', 'user']
      expect(given).toEqual([inARow, ['system', 'user'], ['system', 'user']])
    },
  )

  it('logs what the server says of a refusal, without its key, and tells none of it', async () => {
    const lines: string[] = []
    const url = await startPeer((_request, response) => {
      response.writeHead(400).end('{"error":{"message":"Too\\n long for sk-secret, by 3 tokens"}}')
    })
    const env = { UPSTREAM: 'openai-compatible', OPENAI_BASE_URL: url, OPENAI_API_KEY: 'sk-secret' }
    const { client } = await startTestServer({
      env: { ...env, OPENAI_MODEL: 'm' },
      onLog: (line) => lines.push(line),
    })
    const answer = await client.chat.send({ body: { ...hello, id: 't1' } })
    expect(answer).toMatchObject({ status: 502, body: { code: 'upstream_rejected' } })
    expect(JSON.stringify(answer.body)).not.toMatch(/tokens|secret/)
    await expect.poll(() => lines.join('')).toContain('by 3 tokens')
    expect(lines.join('')).not.toContain('sk-secret')
    expect(JSON.stringify(await messagesOf(client, 't1'))).not.toContain('tokens')
  })

  it.each([
    [{ code: 400, message: 'Too long for stream_options of sk-secret.' }, 'upstream_rejected'],
    [{ message: 'Too long for sk-secret.' }, 'upstream_error'],
  ])('logs what an error inside the stream says, without its key: %j', async (error, code) => {
    const lines: string[] = []
    let asked = 0
    const begun = `data: ${JSON.stringify({ choices: [{ delta: { content: 'So' } }] })}\n\n`
    const url = await startPeer((_request, response) => {
      asked++
      sse(response).end(`${begun}data: ${JSON.stringify({ error })}\n\n`)
    })
    const env = { UPSTREAM: 'openai-compatible', OPENAI_BASE_URL: url, OPENAI_API_KEY: 'sk-secret' }
    const { client } = await startTestServer({
      env: { ...env, OPENAI_MODEL: 'm' },
      onLog: (line) => lines.push(line),
    })
    const reply = await ask(client, hello)
    expect(reply).toMatchObject({ status: 'failed', problem: { code } })
    expect(textOfParts(reply.parts)).toBe('So')
    await expect.poll(() => lines.join('')).toContain('Too long')
    expect(JSON.stringify(reply)).not.toContain('Too long')
    expect(lines.join('')).not.toContain('sk-secret')
    // What has begun is not asked for again, whatever the error names.
    expect(asked).toBe(1)
  })

  it('logs what the server says where it answers with success, but not with a stream', async () => {
    const lines: string[] = []
    const url = await startPeer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end('{"base_resp":{"status_code":1008,"status_msg":"no balance for sk-secret"}}')
    })
    const env = { UPSTREAM: 'openai-compatible', OPENAI_BASE_URL: url, OPENAI_API_KEY: 'sk-secret' }
    const { client } = await startTestServer({
      env: { ...env, OPENAI_MODEL: 'm' },
      onLog: (line) => lines.push(line),
    })
    const answer = await client.chat.send({ body: hello })
    expect(answer).toMatchObject({ status: 502, body: { code: 'upstream_protocol' } })
    await expect.poll(() => lines.join('')).toContain('no balance')
    expect(JSON.stringify(answer.body)).not.toContain('balance')
    expect(lines.join('')).not.toContain('sk-secret')
  })

  it('keeps its key out of every answer and every log', async () => {
    const lines: string[] = []
    const onLog = (line: string) => lines.push(line)
    const url = await startPeer((_request, response) => {
      response.writeHead(401).end('{"error":{"message":"Incorrect API key: sk-secret"}}')
    })
    const env = { UPSTREAM: 'openai-compatible', OPENAI_BASE_URL: url, OPENAI_API_KEY: 'sk-secret' }
    const { client } = await startTestServer({ env: { ...env, OPENAI_MODEL: 'm' }, onLog })
    const answer = await client.chat.send({ body: hello })
    expect(answer).toMatchObject({ status: 502, body: { code: 'upstream_denied' } })
    await expect.poll(() => lines.length).toBeGreaterThan(0)
    expect(JSON.stringify(answer.body) + lines.join('')).not.toContain('sk-secret')
  })
})

/** A server in front of one that has two models and answers with fixtures or bytes, text by default. */
async function startWithModelServer(env: Record<string, string> = {}) {
  const answers: (string | Buffer)[] = []
  const asked: { url: string; headers: IncomingHttpHeaders; body?: unknown }[] = []
  const url = await startPeer(async (request, response) => {
    const entry = { url: request.url ?? '', headers: request.headers }
    if (request.url === '/v1/models') {
      asked.push(entry)
      response.setHeader('content-type', 'application/json')
      response.end('{"object":"list","data":[{"id":"large"},{"id":"small"}]}')
    } else {
      asked.push({ ...entry, body: await json(request) })
      const answer = answers.shift() ?? 'text'
      const fixture = () => readFileSync(resolve(fixtures, `${String(answer)}.sse`))
      sse(response).end(typeof answer === 'string' ? fixture() : answer)
    }
  })
  const base = {
    UPSTREAM: 'openai-compatible',
    OPENAI_BASE_URL: `${url}/v1`,
    OPENAI_MODEL: 'small',
  }
  const variables = Object.entries({ ...base, ...env }).filter(([, value]) => value !== '')
  const server = await startTestServer({ env: Object.fromEntries(variables) })
  return { asked, answers, client: server.client }
}

async function ask(client: Client, body: ChatBody) {
  let reply = emptyReply
  for await (const chunk of client.chat.stream(body)) reply = accumulate(reply, [chunk])
  return reply
}

async function messagesOf(client: Client, threadId: string) {
  const answer = await client.threads.messages({ params: { thread_id: threadId } })
  if (answer.status !== 200) throw new Error(`the messages were answered with ${answer.status}`)
  return answer.body
}
