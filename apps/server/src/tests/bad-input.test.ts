import { request } from 'node:http'
import { problemSchema } from '@assistant-ui-proxy/contract'
import { describe, expect, it } from 'vitest'
import { startTestServer } from './test-server.ts'

const json = { 'content-type': 'application/json' }
const good = JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }] })

interface Case {
  readonly name: string
  readonly path?: string
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
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
    fault: ['query.limit', />=1/],
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
  { name: 'an unknown thread', path: '/api/threads/nobody', status: 404, code: 'thread_not_found' },
  { name: 'an unknown route', path: '/api/nothing', status: 404, code: 'route_not_found' },
  {
    name: 'a method that the route has not',
    path: '/api/chat',
    status: 405,
    code: 'method_not_allowed',
  },
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
