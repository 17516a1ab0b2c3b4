import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { problemSchema } from '@assistant-ui-proxy/contract'
import { describe, expect, it } from 'vitest'
import { createTestDatabase } from './postgres-test-database.ts'
import { startTestServer } from './test-server.ts'

const json = { 'content-type': 'application/json' }
const good = JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] })

interface Case {
  readonly name: string
  readonly path?: string
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string | Uint8Array<ArrayBuffer>
  readonly status: number
  readonly code: string
  /** Path and reason of the first fault named. */
  readonly fault?: readonly [string, RegExp]
}

const chat = (body: unknown) => ({ path: '/api/chat', method: 'POST', body: JSON.stringify(body) })

const cases: Case[] = [
  {
    name: 'JSON that is cut',
    ...chat({}),
    body: '{"messages": [',
    status: 400,
    code: 'malformed_json',
  },
  {
    name: 'JSON that is nested so deep that it cannot be written again',
    ...chat({}),
    body: good.replace('"Hello"', `"Hello","metadata":${'['.repeat(9_000)}${']'.repeat(9_000)}`),
    status: 400,
    code: 'invalid_request',
  },
  {
    name: 'no body',
    path: '/api/chat',
    method: 'POST',
    status: 400,
    code: 'invalid_request',
    fault: ['body', /expected object/],
  },
  {
    name: 'a role that there is not',
    ...chat({ messages: [{ role: 'robot', content: 'Hello' }] }),
    status: 400,
    code: 'invalid_request',
    fault: ['body.messages.0.role', /system.*user.*assistant/],
  },
  {
    name: 'an empty list of messages',
    ...chat({ messages: [] }),
    status: 400,
    code: 'invalid_request',
    fault: ['body.messages', /empty/],
  },
  {
    name: 'a message without content and parts',
    ...chat({ messages: [{ role: 'user' }] }),
    status: 400,
    code: 'invalid_request',
    fault: ['body.messages.0', /content.*parts/],
  },
  {
    name: 'an empty text',
    ...chat({ messages: [{ role: 'user', content: '' }] }),
    status: 400,
    code: 'invalid_request',
    fault: ['body.messages.0.content', /empty/],
  },
  {
    name: 'a last message that is not the user’s',
    ...chat({ messages: [{ role: 'assistant', content: 'Hello' }] }),
    status: 400,
    code: 'invalid_request',
    fault: ['body.messages', /user/],
  },
  {
    name: 'a tool without the schema of its input',
    ...chat({ messages: [{ role: 'user', content: 'Hello' }], tools: { weather: {} } }),
    status: 400,
    code: 'invalid_request',
    fault: ['body.tools.weather.parameters', /record|object/],
  },
  {
    name: 'a part without its text',
    ...chat({ messages: [{ role: 'user', parts: [{ type: 'text' }] }] }),
    status: 400,
    code: 'invalid_request',
    fault: ['body.messages.0.parts.0.text', /string/],
  },
  {
    name: 'a tool call in a state that there is not',
    ...chat({
      messages: [
        { role: 'assistant', parts: [{ type: 'tool-x', toolCallId: '1', state: 'lost' }] },
        { role: 'user', content: 'Hello' },
      ],
    }),
    status: 400,
    code: 'invalid_request',
    fault: ['body.messages.0.parts.0.state', /output-available/],
  },
  {
    name: 'a part of a type that there is not',
    ...chat({ messages: [{ role: 'user', parts: [{ type: 'hologram' }] }] }),
    status: 400,
    code: 'invalid_request',
    fault: ['body.messages.0.parts.0.type', /text, reasoning, .*tool-<name>/],
  },
  {
    name: 'an id of other characters',
    ...chat({ id: 'a b', messages: [{ role: 'user', content: 'Hello' }] }),
    status: 400,
    code: 'invalid_request',
    fault: ['body.id', /A–Z/],
  },
  {
    name: 'an id of other characters in the path',
    path: '/api/threads/a%20b',
    status: 400,
    code: 'invalid_request',
    fault: ['path.thread_id', /A–Z/],
  },
  {
    name: 'an id of 129 characters',
    path: `/api/threads/${'x'.repeat(129)}`,
    status: 400,
    code: 'invalid_request',
    fault: ['path.thread_id', /128/],
  },
  {
    name: 'a path that is not UTF-8',
    path: '/api/threads/%ff',
    status: 400,
    code: 'invalid_request',
  },
  {
    name: 'a field that a thread has not',
    path: '/api/threads',
    method: 'POST',
    body: '{"titel":"x"}',
    status: 400,
    code: 'invalid_request',
    fault: ['body', /titel/],
  },
  {
    name: 'an update of nothing',
    path: '/api/threads/t',
    method: 'PATCH',
    body: '{}',
    status: 400,
    code: 'invalid_request',
    fault: ['body', /title or is_archived/],
  },
  {
    name: 'a limit of 0',
    path: '/api/threads?limit=0',
    status: 400,
    code: 'invalid_request',
    fault: ['query.limit', /from 1 to 100/],
  },
  {
    name: 'a limit that is no number',
    path: '/api/threads?limit=all',
    status: 400,
    code: 'invalid_request',
    fault: ['query.limit', /number/],
  },
  {
    name: 'a limit given twice',
    path: '/api/threads?limit=1&limit=2',
    status: 400,
    code: 'invalid_request',
    fault: ['query.limit', /number/],
  },
  {
    name: 'a query that there is not',
    path: '/api/threads?archived=true',
    status: 400,
    code: 'invalid_request',
    fault: ['query', /archived/],
  },
  {
    name: 'a page after a thread that there is not',
    path: '/api/threads?after=nobody',
    status: 400,
    code: 'invalid_request',
    fault: ['query.after', /no thread/],
  },
  {
    name: 'a body over 1 MB',
    ...chat({ messages: [{ role: 'user', content: 'x'.repeat(1_000_000) }] }),
    status: 413,
    code: 'payload_too_large',
  },
  {
    name: 'a body of another type',
    ...chat({}),
    headers: { 'content-type': 'text/plain' },
    status: 415,
    code: 'unsupported_media_type',
  },
  {
    name: 'a body in another character set',
    ...chat({}),
    headers: { 'content-type': 'application/json; charset=latin1' },
    status: 415,
    code: 'unsupported_media_type',
  },
  {
    name: 'a body with an encoding that there is not',
    ...chat({}),
    headers: { 'content-encoding': 'zip' },
    status: 415,
    code: 'unsupported_media_type',
  },
  ...['gzip', 'deflate', 'br'].map((encoding) => ({
    name: `a body that is no ${encoding}`,
    ...chat({}),
    headers: { 'content-encoding': encoding },
    status: 400,
    code: 'invalid_request',
  })),
  {
    name: 'a compressed body that is cut',
    ...chat({}),
    headers: { 'content-encoding': 'br' },
    body: new Uint8Array(brotliCompressSync(good).subarray(0, 20)),
    status: 400,
    code: 'invalid_request',
  },
  {
    name: 'a body over 1 MB when it is decompressed',
    ...chat({}),
    headers: { 'content-encoding': 'gzip' },
    body: new Uint8Array(gzipSync(' '.repeat(1_000_001))),
    status: 413,
    code: 'payload_too_large',
  },
  { name: 'an unknown thread', path: '/api/threads/nobody', status: 404, code: 'thread_not_found' },
  { name: 'an unknown route', path: '/api/nothing', status: 404, code: 'route_not_found' },
  {
    name: 'a message to go on from, but no thread',
    ...chat({ parent_id: 'm', messages: [{ role: 'user', content: 'Hello' }] }),
    status: 400,
    code: 'invalid_request',
    fault: ['body.id', /parent_id/],
  },
  {
    name: 'an id that two messages have',
    ...chat({
      id: 't',
      messages: ['x', 'y'].map((content) => ({ id: 'm', role: 'user', content })),
    }),
    status: 400,
    code: 'invalid_request',
    fault: ['body.messages.1.id', /another message/],
  },
  {
    name: 'a Last-Event-ID of another server',
    path: '/api/chat/t/stream',
    headers: { 'last-event-id': 'run.3, run.4' },
    status: 400,
    code: 'invalid_request',
  },
  {
    name: 'a flag that is neither',
    path: '/api/threads?is_archived=yes',
    status: 400,
    code: 'invalid_request',
    fault: ['query.is_archived', /true or false/],
  },
  ...(
    [
      ['GET', '/api/chat'],
      ['POST', '/api/export'],
      ['PUT', '/api/import'],
      ['PUT', '/v1/threads'],
    ] as const
  ).map(([method, path]) => ({
    name: `${method} ${path}`,
    method,
    path,
    status: 405,
    code: 'method_not_allowed',
  })),
]

describe('bad input', () => {
  it.each(cases)('$name: $status $code', async ({ path = '/', status, code, fault, ...init }) => {
    const { url } = await startTestServer()
    const headers = { ...(init.body !== undefined && json), ...init.headers }
    const response = await fetch(`${url}${path}`, { ...init, headers })
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    const problem = problemSchema.parse(await response.json())
    expect(problem).toMatchObject({
      code,
      status,
      request_id: response.headers.get('x-request-id'),
    })
    const [faultPath, reason] = fault ?? [undefined, /^undefined$/]
    expect(problem.errors?.[0]?.path).toBe(faultPath)
    expect(String(problem.errors?.[0]?.message)).toMatch(reason)
    // The server is unharmed.
    const next = await fetch(`${url}/api/chat`, { method: 'POST', headers: json, body: good })
    expect(next.status).toBe(200)
    await next.body?.cancel()
  })

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n\r\n', 400, 'invalid_request'],
    ['a method that there is not', 'FOO / HTTP/1.1\r\nhost: x\r\n\r\n', 400, 'invalid_request'],
    [
      'headers of 20 KB',
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
  ])('%s: a problem, too', async (_, bytes, status, code) => {
    const { url } = await startTestServer()
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.end(bytes)
    const answer = await text(socket)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(problemSchema.parse(JSON.parse(answer.split('\r\n\r\n')[1] ?? ''))).toMatchObject({
      code,
    })
  })

  it('passes over an expectation that it does not know', async () => {
    const { url } = await startTestServer()
    const asked = request(`${url}/health`, { headers: { expect: 'a miracle' } })
    const answered = once(asked, 'response')
    asked.end()
    const [answer] = (await answered) as [IncomingMessage]
    expect(answer.statusCode).toBe(200)
    answer.resume()
  })

  it.each(['SQLite', 'PostgreSQL'])('NUL where %s keeps text is refused', async (database) => {
    const DATABASE_URL = database === 'SQLite' ? 'sqlite::memory:' : await createTestDatabase()
    const { url, apiKeys, store } = await startTestServer({
      env: { DATABASE_URL, AUTH: 'api-key' },
    })
    await store.createThread({ workspaceId: 'default', userId: 'alice' }, { id: 't', title: null })
    const { key = '' } = (await apiKeys?.create('k')) ?? {}
    const headers = { ...json, authorization: `Bearer ${key}`, 'aui-user-id': 'alice' }
    const time = new Date().toISOString()
    const said = { parent_id: null, format: 'f', content: {} }
    const run = { thread_id: 't', status: 'completed' }
    const score = { name: 's', data_type: 'numeric', value: 1 }
    const asked: [string, string, object?][] = [
      ['GET', '/v1/threads/%00'],
      ['PUT', '/v1/threads/%00', {}],
      ['DELETE', '/v1/threads/%00'],
      ['GET', '/v1/threads?external_id=%00'],
      ['GET', '/v1/threads?after=%00'],
      ['POST', '/v1/threads', { last_message_at: time, title: 'a\0b' }],
      ['PUT', '/v1/threads/t', { title: 'a\0b' }],
      ['GET', '/v1/threads/%00/messages'],
      ['POST', '/v1/threads/t/messages', { ...said, format: 'a\0' }],
      ['POST', '/v1/threads/t/messages', { ...said, parent_id: '\0' }],
      ['POST', '/v1/threads/t/messages', { ...said, parent_external_id: '\0' }],
      ['PUT', '/v1/threads/t/messages/%00', { content: {} }],
      ['DELETE', '/v1/threads/t/messages', { message_ids: ['\0'] }],
      ['POST', '/v1/threads/t/messages/%00/feedback', { type: 'positive' }],
      ['POST', '/v1/runs', { ...run, thread_id: '\0' }],
      ['POST', '/v1/runs', { ...run, message_id: '\0' }],
      ['POST', '/v1/scores', { ...score, message_id: '\0' }],
      ['POST', '/v1/events', { events: [{ kind: 'e', thread_id: '\0' }] }],
      ['GET', '/v1/projects/threads?after=%00'],
      ['GET', '/v1/projects/threads/%00/messages'],
      ['GET', '/v1/projects/reports?kind=run&thread_id=%00'],
      ['GET', '/v1/projects/reports?kind=run&after=%00'],
      ['DELETE', '/v1/projects/users/%00'],
    ]
    const ask = async (method: string, path: string, body?: object) => {
      const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
      const response = await fetch(`${url}${path}`, init)
      return { method, path, status: response.status, body: (await response.json()) as object }
    }
    for (const [method, path, body] of asked)
      expect(await ask(method, path, body)).toMatchObject({
        method,
        path,
        status: 400,
        body: { code: 'invalid_request', errors: [{ message: 'must not contain NUL' }] },
      })
    expect(await ask('GET', '/v1/files/%00')).toMatchObject({
      status: 404,
      body: { code: 'file_not_found' },
    })
  })

  it('a longer id than a database has an index for is refused in what is reported', async () => {
    const { url } = await startTestServer()
    const message_id = 'm'.repeat(256)
    for (const [path, body] of [
      ['/v1/runs', { thread_id: 't', status: 'completed', message_id }],
      ['/v1/scores', { name: 's', data_type: 'numeric', value: 1, message_id }],
      ['/v1/events', { events: [{ kind: 'e', message_id }] }],
    ] as const) {
      const headers = { 'content-type': 'application/json' }
      const init = { method: 'POST', headers, body: JSON.stringify(body) }
      const response = await fetch(`${url}${path}`, init)
      expect([path, response.status]).toEqual([path, 400])
      expect(await response.text()).toContain('message_id')
    }
  })

  it('405 names the methods that there are', async () => {
    const { url } = await startTestServer()
    const allowOf = async (path: string) =>
      (await fetch(`${url}${path}`, { method: 'PUT' })).headers.get('allow')
    expect(await allowOf('/api/chat')).toBe('POST')
    expect(await allowOf('/api/threads')).toBe('GET, POST, HEAD')
    expect(await allowOf('/api/threads/t')).toBe('GET, PATCH, DELETE, HEAD')
  })

  it('a body that ends early harms nobody', async () => {
    const { url } = await startTestServer()
    await new Promise<void>((resolve) => {
      const headers = { ...json, 'content-length': '1000' }
      const early = request(`${url}/api/chat`, { method: 'POST', headers })
      early.on('error', () => undefined).on('close', resolve)
      early.write('{"messages"', () => early.destroy())
    })
    expect((await fetch(`${url}/health`)).status).toBe(200)
  })

  it('takes a request id of the client’s only where it is harmless', async () => {
    const { url } = await startTestServer()
    const idFor = async (id: string) =>
      (await fetch(`${url}/health`, { headers: { 'x-request-id': id } })).headers.get(
        'x-request-id',
      )
    expect(await idFor('abc-123')).toBe('abc-123')
    expect(await idFor('a b"')).not.toBe('a b"')
  })
})
