import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { recordedChunks } from '../tests/recorded-chunks.ts'
import { sendJson, startTestServer, type Answer } from '../tests/test-server.ts'
import { createAssistantCloudClient } from './assistant-cloud/assistant-cloud-client.ts'
import { createClient } from './chat-client.ts'
import type { ClientOptions } from './fetcher.ts'
import { createProblem, ProblemError, type Problem } from './problem.ts'
import { doneFrame, encodeChunks, eventStreamHeaders } from './sse.ts'
import type { Thread } from './thread.ts'
import type { UIMessageChunk } from './ui-message-chunk.ts'

const thread: Thread = {
  id: 'thread-1',
  title: 'Hello',
  is_archived: false,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  last_message_at: '2026-01-01T00:00:00.000Z',
}

const hello = { messages: [{ role: 'user' as const, content: 'Hello' }] }
const delta: UIMessageChunk = { type: 'text-delta', id: '1', delta: 'a' }
const finish: UIMessageChunk = { type: 'finish', finishReason: 'stop' }

function countingReply(id: string): UIMessageChunk[] {
  const deltas = ['0', '1', '2', '3', '4']
  return [...deltas.map((text) => ({ type: 'text-delta' as const, id, delta: text })), finish]
}

async function startClient(answer: Answer, options?: ClientOptions) {
  const server = await startTestServer(answer)
  return { ...server, client: createClient(server.url, options) }
}

function beginStream(response: ServerResponse, ...chunks: UIMessageChunk[]): void {
  response.writeHead(200, eventStreamHeaders)
  response.write(encodeChunks(chunks))
}

async function collect(chunks: AsyncIterable<UIMessageChunk>) {
  const collected: UIMessageChunk[] = []
  for await (const chunk of chunks) collected.push(chunk)
  return collected
}

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable('it resolved'),
    (error: unknown) => error,
  )
}

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const error = await errorOf(promise)
  if (error instanceof ProblemError) return error.problem
  throw error
}

describe('the typed calls', () => {
  it('send method, path, query and JSON body as the contract says', async () => {
    const { client, requests } = await startClient((response, { method }) =>
      sendJson(response, method === 'POST' ? 201 : 200, method === 'GET' ? [thread] : thread),
    )
    await client.threads.list({ query: { limit: 2, after: 'thread-0', is_archived: true } })
    await client.threads.create({ body: { title: 'Hello' } })
    await client.threads.update({ params: { thread_id: 'thread-1' }, body: { is_archived: true } })
    expect(requests).toMatchObject([
      { method: 'GET', path: '/api/threads?limit=2&after=thread-0&is_archived=true', body: '' },
      { method: 'POST', path: '/api/threads', body: '{"title":"Hello"}' },
      { method: 'PATCH', path: '/api/threads/thread-1', body: '{"is_archived":true}' },
    ])
    expect(requests[1]?.headers['content-type']).toBe('application/json')
  })

  it('resolve to the body by status', async () => {
    const { client } = await startClient((response) => sendJson(response, 200, [thread]))
    const answer = await client.threads.list()
    // The type of `body` follows from the status: this would not compile otherwise.
    const titles: (string | null)[] =
      answer.status === 200 ? answer.body.map(({ title }) => title) : []
    expect(titles).toEqual(['Hello'])
  })

  it('resolve to no body at 204', async () => {
    const { client } = await startClient((response) => void response.writeHead(204).end())
    const answer = await client.threads.delete({ params: { thread_id: 'thread-1' } })
    expect(answer).toMatchObject({ status: 204, body: undefined })
  })

  it('resolve to the problem of a refusal', async () => {
    const problem = createProblem('thread_not_found', 'There is no thread x.')
    const { client } = await startClient((response) => sendJson(response, 404, problem))
    const answer = await client.threads.get({ params: { thread_id: 'x' } })
    expect(answer).toMatchObject({ status: 404, body: problem })
  })

  it('resolve to a problem whose code is of a newer server', async () => {
    const problem = { ...createProblem('internal', 'Pay first.'), code: 'payment_required' }
    const { client } = await startClient((response) => sendJson(response, 402, problem))
    expect((await client.threads.list()).body).toEqual(problem)
  })

  it('work behind a base URL with a path', async () => {
    const { url, requests } = await startTestServer((response) => sendJson(response, 200, thread))
    const client = createClient(`${url}/assistant/v2`)
    await client.threads.get({ params: { thread_id: 'thread-1' } })
    expect(requests.map(({ path }) => path)).toEqual(['/assistant/v2/api/threads/thread-1'])
  })

  it('reject with the reason of a signal that is aborted', async () => {
    const { client } = await startClient(() => undefined)
    const controller = new AbortController()
    const call = client.threads.list({ fetchOptions: { signal: controller.signal } })
    const reason = new Error('enough')
    setTimeout(() => controller.abort(reason), 20)
    expect(await errorOf(call)).toBe(reason)
  })
})

describe('ids in the path', () => {
  it.each([
    '../../admin',
    'a/b',
    'x?y',
    '%2e%2e',
    '#',
    '..',
    '.',
    '',
    ' ',
    'a\\b',
    'x/api/threads/y',
    '../../other/api/threads/y',
    'x?/api/threads/y',
    'x'.repeat(129),
  ])('are refused without a request: %j', async (id) => {
    const { client, requests } = await startClient((response) => sendJson(response, 200, thread))
    const params = { thread_id: id }
    const calls = [
      client.threads.get({ params }),
      client.threads.update({ params, body: { title: 'a' } }),
      client.threads.delete({ params }),
      client.threads.messages({ params }),
      client.threads.generateTitle({ params }),
    ]
    const codes = await Promise.all(calls.map(async (call) => (await problemOf(call)).code))
    expect(new Set(codes)).toEqual(new Set(['invalid_request']))
    expect(requests).toEqual([])
  })

  it('are sent when they are valid, whatever word they are', async () => {
    const { client, requests } = await startClient((response) => sendJson(response, 200, thread))
    for (const id of ['api', 'threads', 'messages', 'A-z_0'])
      await client.threads.get({ params: { thread_id: id } })
    expect(requests.map(({ path }) => path)).toEqual([
      '/api/threads/api',
      '/api/threads/threads',
      '/api/threads/messages',
      '/api/threads/A-z_0',
    ])
  })
})

describe('ids in the path that others give', () => {
  const start = async () => {
    const server = await startTestServer((response) => sendJson(response, 200, { threads: 0 }))
    const client = createAssistantCloudClient(`${server.url}/v1/projects`, {})
    const erase = (id: string) => client.projects.eraseUser({ params: { user_id: id } })
    return { ...server, client, erase }
  }

  it.each(['auth0|abc', 'me@example.com', 'ü 🙂', '%2e%2e', 'a%2Fb', 'a:b+c&d;e', '...', '~'])(
    'are encoded: %j',
    async (id) => {
      const { requests, erase } = await start()
      expect((await erase(id)).status).toBe(200)
      const path = requests[0]?.path ?? ''
      expect(path).toMatch(/^\/v1\/projects\/v1\/projects\/users\/[^/?#]+$/)
      expect(decodeURIComponent(path.split('/').at(-1) ?? '')).toBe(id)
    },
  )

  it('are encoded before a query, which may hold what they may not', async () => {
    const { requests, client } = await start()
    const query = { format: '/?#', limit: 1 }
    await client.messages.list({ params: { thread_id: 'a@b' }, query })
    const { pathname, searchParams } = new URL(requests[0]?.path ?? '', 'http://localhost')
    expect(pathname).toBe('/v1/projects/v1/threads/a%40b/messages')
    expect(Object.fromEntries(searchParams)).toEqual({ format: '/?#', limit: '1' })
  })

  it.each(['', '.', '..', '../..', 'a/b', '/', 'a\\b', 'a?b', 'a#b', '\ud800', 'users/x'])(
    'are refused without a request where they would be another path: %j',
    async (id) => {
      const { requests, erase } = await start()
      expect((await problemOf(erase(id))).code).toBe('invalid_request')
      expect(requests).toEqual([])
    },
  )
})

describe('options.headers', () => {
  it('is asked anew for each call, streams included', async () => {
    let calls = 0
    const headers = async () => ({ authorization: `Bearer ${++calls}` })
    const { client, requests } = await startClient(
      (response, { method }) => {
        if (method === 'GET') return sendJson(response, 200, [])
        beginStream(response, finish)
        response.end(doneFrame)
      },
      { headers },
    )
    await client.threads.list()
    await collect(client.chat.stream(hello))
    expect(requests.map((request) => request.headers.authorization)).toEqual([
      'Bearer 1',
      'Bearer 2',
    ])
    expect(requests[1]?.headers).toMatchObject({
      accept: 'text/event-stream',
      'content-type': 'application/json',
    })
  })

  it('fails the call when it fails, without a request', async () => {
    const { client, requests } = await startClient((response) => sendJson(response, 200, []), {
      headers: () => Promise.reject(new Error('no token')),
    })
    expect(await errorOf(client.threads.list())).toMatchObject({ message: 'no token' })
    expect(requests).toEqual([])
  })
})

describe('options.fetch', () => {
  it('stands in for the fetch of the platform', async () => {
    const seen: string[] = []
    const client = createClient('https://a.example', {
      fetch: async (url) => {
        seen.push(String(url))
        return Response.json([thread])
      },
    })
    expect((await client.threads.list()).body).toEqual([thread])
    expect(seen).toEqual(['https://a.example/api/threads'])
  })
})

describe('answers that are not from this server', () => {
  const answers: Record<string, { status: number; type: string; body: string }> = {
    'the HTML 502 of a proxy': { status: 502, type: 'text/html', body: '<h1>Bad Gateway</h1>' },
    'the plain 503 of a proxy': { status: 503, type: 'text/plain', body: 'no healthy upstream' },
    'an empty 500': { status: 500, type: '', body: '' },
    'a page with status 200': { status: 200, type: 'text/html', body: '<!doctype html>' },
    'JSON that is none': { status: 200, type: 'application/json', body: '{"id":' },
    'a problem that is cut': { status: 500, type: 'application/problem+json', body: '{"title"' },
  }

  it.each(Object.keys(answers))('%s is server_unreachable, by its status', async (name) => {
    const { status = 0, type = '', body } = answers[name] ?? {}
    const { client } = await startClient(
      (response) => void response.writeHead(status, { 'content-type': type }).end(body),
    )
    for (const call of [client.threads.list(), collect(client.chat.stream(hello))]) {
      const problem = await problemOf(call)
      expect(problem.code).toBe('server_unreachable')
      expect(problem.detail).toContain(`answered ${status}`)
    }
  })

  it.each([200, 502])('JSON of another server is no stream, status %i', async (status) => {
    const { client } = await startClient((response) => sendJson(response, status, { ok: true }))
    const problem = await problemOf(collect(client.chat.stream(hello)))
    expect(problem.code).toBe('server_unreachable')
    expect(problem.detail).toContain(`answered ${status}`)
  })

  it('a problem without its content type is a problem all the same', async () => {
    const problem = createProblem('internal', 'Something went wrong.')
    const { client } = await startClient(
      (response) => void response.writeHead(500).end(JSON.stringify(problem)),
    )
    expect((await client.threads.list()).body).toEqual(problem)
  })

  it('a server that is down is server_unreachable', async () => {
    const { client, close } = await startClient(() => undefined)
    await close()
    for (const call of [client.threads.list(), collect(client.chat.stream(hello))]) {
      const error = await errorOf(call)
      expect(error).toMatchObject({ problem: { code: 'server_unreachable', status: 503 } })
      expect((error as ProblemError).cause).toBeInstanceOf(Error)
    }
  })

  it('an answer that breaks off is server_unreachable', async () => {
    const { client } = await startClient(async (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000 })
      response.write('[')
      await delay(20)
      response.destroy()
    })
    expect((await problemOf(client.threads.list())).code).toBe('server_unreachable')
  })
})

describe('chat.stream', () => {
  it('sends the body as it is and gives the chunks, the terminal one included', async () => {
    const { client, requests } = await startClient((response) => {
      beginStream(response, ...recordedChunks)
      response.end(doneFrame)
    })
    const body = { id: 'thread-1', parent_id: null, ...hello }
    expect(await collect(client.chat.stream(body))).toEqual(recordedChunks)
    expect(requests).toMatchObject([{ method: 'POST', path: '/api/chat' }])
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual(body)
  })

  it('gives each chunk when it comes', async () => {
    const next = Promise.withResolvers<void>()
    const { client } = await startClient(async (response) => {
      beginStream(response, delta)
      await next.promise
      response.end(encodeChunks([finish]))
    })
    const chunks = client.chat.stream(hello)
    expect((await chunks.next()).value).toEqual(delta)
    next.resolve()
    expect((await chunks.next()).value).toEqual(finish)
    expect((await chunks.next()).done).toBe(true)
  })

  it('gives the same wherever the bytes are cut', async () => {
    const bytes = new TextEncoder().encode(encodeChunks(recordedChunks) + doneFrame)
    for (const size of [1, 2, 3, 7, 64, 1_000]) {
      const { client } = await startClient(async (response) => {
        response.writeHead(200, eventStreamHeaders)
        for (let at = 0; at < bytes.length; at += size) {
          response.write(bytes.subarray(at, at + size))
          if (at % 50 < size) await delay(0)
        }
        response.end()
      })
      expect(await collect(client.chat.stream(hello))).toEqual(recordedChunks)
    }
  })

  it('gives nothing that follows the terminal chunk', async () => {
    const { client } = await startClient((response) => {
      beginStream(response, finish, delta)
      response.end()
    })
    expect(await collect(client.chat.stream(hello))).toEqual([finish])
  })

  it.each<UIMessageChunk>([finish, { type: 'abort' }, { type: 'error', errorText: 'down' }])(
    'ends at $type, though the server leaves the connection open',
    async (terminal) => {
      const { client } = await startClient((response) => beginStream(response, terminal))
      expect(await collect(client.chat.stream(hello))).toEqual([terminal])
    },
  )

  it('closes the connection of a server that does not end after the terminal chunk', async () => {
    const closed = Promise.withResolvers<'closed'>()
    const { client } = await startClient((response) => {
      response.once('close', () => closed.resolve('closed'))
      beginStream(response, finish)
    })
    await collect(client.chat.stream(hello))
    expect(await Promise.race([closed.promise, delay(3_000)])).toBe('closed')
  })

  it('leaves the connection for the next call where the server ends the answer', async () => {
    const { client, requests } = await startClient((response) => {
      beginStream(response, finish)
      response.end(doneFrame)
    })
    await collect(client.chat.stream(hello))
    await delay(50)
    await collect(client.chat.stream(hello))
    expect(requests.map(({ connection }) => connection)).toEqual([1, 1])
  })

  it('throws the problem of a refusal', async () => {
    const problem = createProblem('invalid_request', 'messages: must not be empty', {
      errors: [{ path: 'messages', message: 'must not be empty' }],
    })
    const { client } = await startClient((response) => sendJson(response, 400, problem))
    const error = await errorOf(collect(client.chat.stream({ messages: [] })))
    expect(error).toMatchObject({ name: 'ProblemError', message: problem.detail, problem })
  })

  it('throws a problem whose code is of a newer server', async () => {
    const problem = { ...createProblem('internal', 'Pay first.'), code: 'payment_required' }
    const { client } = await startClient((response) => sendJson(response, 402, problem))
    expect(await problemOf(collect(client.chat.stream(hello)))).toEqual(problem)
  })

  const breaks: Record<string, Answer> = {
    'the socket is destroyed': async (response) => {
      beginStream(response, delta)
      await delay(20)
      response.destroy()
    },
    'the answer ends without a terminal chunk': (response) => {
      beginStream(response, delta)
      response.end()
    },
    'the answer ends with [DONE] alone': (response) => {
      beginStream(response, delta)
      response.end(doneFrame)
    },
    'the answer ends inside the terminal chunk': (response) => {
      beginStream(response, delta)
      response.end(encodeChunks([finish]).slice(0, -1))
    },
  }

  it.each(Object.keys(breaks))('throws stream_interrupted where %s', async (name) => {
    const { client } = await startClient(breaks[name] ?? (() => undefined))
    const chunks = client.chat.stream(hello)
    expect((await chunks.next()).value).toEqual(delta)
    expect((await problemOf(chunks.next())).code).toBe('stream_interrupted')
  })

  it.each([
    ['bytes that are not UTF-8', Buffer.from([0x64, 0xff, 0xfe])],
    ['an event that is not JSON', 'data: {"type":\n\n'],
    ['an unknown chunk', 'data: {"type":"shout"}\n\n'],
  ])('throws upstream_protocol for %s and closes the connection', async (_, bytes) => {
    const closed = Promise.withResolvers<void>()
    const { client } = await startClient((response) => {
      response.once('close', closed.resolve)
      beginStream(response, delta)
      response.write(bytes)
    })
    const problem = await problemOf(collect(client.chat.stream(hello)))
    await closed.promise
    expect(problem.code).toBe('upstream_protocol')
  })

  it('sends nothing before the first chunk is asked for', async () => {
    const { client, requests } = await startClient((response) => beginStream(response, finish))
    const chunks = client.chat.stream(hello)
    await delay(20)
    expect(requests).toEqual([])
    await chunks.next()
    expect(requests).toHaveLength(1)
  })

  it('closes the connection when the loop is left', async () => {
    const closed = Promise.withResolvers<void>()
    const { client } = await startClient((response) => {
      response.once('close', closed.resolve)
      beginStream(response, delta, delta)
    })
    const seen: UIMessageChunk[] = []
    for await (const chunk of client.chat.stream(hello)) {
      seen.push(chunk)
      break
    }
    await closed.promise
    expect(seen).toEqual([delta])
  })

  describe('with a signal', () => {
    const reason = new Error('enough')

    it('throws its reason without a request when it is aborted before', async () => {
      const { client, requests } = await startClient((response) => beginStream(response, finish))
      const signal = AbortSignal.abort(reason)
      expect(await errorOf(collect(client.chat.stream(hello, { signal })))).toBe(reason)
      expect(requests).toEqual([])
    })

    it('throws its reason when it is aborted while the server is silent', async () => {
      const controller = new AbortController()
      const closed = Promise.withResolvers<void>()
      const { client } = await startClient((response) => {
        response.once('close', closed.resolve)
        controller.abort(reason)
      })
      const { signal } = controller
      expect(await errorOf(collect(client.chat.stream(hello, { signal })))).toBe(reason)
      await closed.promise
    })

    it('throws its reason when it is aborted in mid-stream, and closes the connection', async () => {
      const controller = new AbortController()
      const closed = Promise.withResolvers<void>()
      const { client } = await startClient((response) => {
        response.once('close', closed.resolve)
        beginStream(response, delta)
      })
      const chunks = client.chat.stream(hello, { signal: controller.signal })
      expect((await chunks.next()).value).toEqual(delta)
      const next = chunks.next()
      controller.abort(reason)
      expect(await errorOf(next)).toBe(reason)
      await closed.promise
    })

    it('changes nothing when it is aborted after the end', async () => {
      const controller = new AbortController()
      const { client } = await startClient((response) => beginStream(response, finish))
      const chunks = await collect(client.chat.stream(hello, { signal: controller.signal }))
      controller.abort(reason)
      expect(chunks).toEqual([finish])
    })
  })

  it('runs several at once, each with its own chunks', async () => {
    const { client } = await startClient(async (response, { body }) => {
      const { id = '' } = JSON.parse(body) as { id?: string }
      beginStream(response)
      for (const chunk of countingReply(id)) {
        await delay(1)
        response.write(encodeChunks([chunk]))
      }
      response.end()
    })
    const ids = Array.from({ length: 20 }, (_, index) => `thread-${index}`)
    const replies = await Promise.all(
      ids.map((id) => collect(client.chat.stream({ id, ...hello }))),
    )
    expect(replies).toEqual(ids.map(countingReply))
  })
})
