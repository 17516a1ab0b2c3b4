import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { recordedChunks } from '../tests/recorded-chunks.ts'
import { sendJson, startTestServer, type Answer } from '../tests/test-server.ts'
import { createClient } from './chat-client.ts'
import { createProblem, ProblemError } from './problem.ts'
import { doneFrame, encodeChunks, eventStreamHeaders, parseEventId } from './sse.ts'
import type { UIMessageChunk } from './ui-message-chunk.ts'

const hello = { id: 't1', messages: [{ id: 'm1', role: 'user' as const, content: 'Hello' }] }
const whole = Buffer.from(encodeChunks(recordedChunks, { runId: 'r1', sequence: 1 }) + doneFrame)

/** Gives the stream from after the event that is asked for, and cuts it where it is told to. */
function cutAfter(lengths: (connection: number) => number): Answer {
  let connections = 0
  return (response, { headers }) => {
    const { sequence = 0 } = parseEventId(String(headers['last-event-id'] ?? '')) ?? {}
    const rest = Buffer.from(
      encodeChunks(recordedChunks.slice(sequence), { runId: 'r1', sequence: sequence + 1 }) +
        doneFrame,
    )
    response.writeHead(200, eventStreamHeaders)
    response.write(rest.subarray(0, lengths(++connections)), () => response.destroy())
  }
}

describe('a stream whose connection breaks', () => {
  it('is whole, each chunk once, wherever it is cut', async () => {
    const firstEnd = whole.indexOf('\n\n') + 2
    for (let length = firstEnd; length < whole.length; length += 11) {
      const server = await startTestServer(
        cutAfter((connection) => (connection === 1 ? length : Infinity)),
      )
      expect(await collect(createClient(server.url).chat.stream(hello))).toEqual(recordedChunks)
      await server.close()
    }
  })

  it('is interrupted where it is cut before its first event', async () => {
    const { url } = await startTestServer(cutAfter(() => 10))
    const reading = collect(createClient(url).chat.stream(hello))
    await expect(reading).rejects.toMatchObject({ problem: { code: 'stream_interrupted' } })
  })

  it('is whole though every connection breaks after a few events', async () => {
    const { url, requests } = await startTestServer(cutAfter(() => 300))
    expect(await collect(createClient(url).chat.stream(hello))).toEqual(recordedChunks)
    expect(requests.length).toBeGreaterThan(3)
    expect(requests[1]).toMatchObject({ method: 'GET', path: '/api/chat/t1/stream' })
  })

  it('ends as interrupted where nothing is being written any more', async () => {
    const { url } = await startTestServer((response, request) => {
      if (request.method === 'POST') return cutAfter(() => 300)(response, request)
      response.writeHead(204).end()
    })
    await expect(collect(createClient(url).chat.stream(hello))).rejects.toMatchObject({
      problem: { code: 'stream_interrupted' },
    })
  })

  it('is not asked for again without a thread', async () => {
    const { url, requests } = await startTestServer(cutAfter(() => 300))
    const reading = collect(createClient(url).chat.stream({ messages: hello.messages }))
    await expect(reading).rejects.toMatchObject({ problem: { code: 'stream_interrupted' } })
    expect(requests).toHaveLength(1)
  })

  it('is left alone once the reader has left', async () => {
    const { url, requests } = await startTestServer(cutAfter(() => 300))
    const controller = new AbortController()
    const reading = createClient(url).chat.stream(hello, { signal: controller.signal })
    await reading.next()
    controller.abort(new Error('enough'))
    await expect(collect(reading)).rejects.toThrow('enough')
    expect(requests.length).toBeLessThan(3)
  })
})

describe('a message that may not have arrived', () => {
  it('is sent again under its id until the server can be reached', async () => {
    const { url, requests } = await startTestServer((response) => {
      if (requests.length < 3) return void response.destroy()
      response.writeHead(200, eventStreamHeaders).end(whole)
    })
    const states: string[] = []
    const options = { onConnection: (state: string) => void states.push(state) }
    expect(await collect(createClient(url).chat.stream(hello, options))).toEqual(recordedChunks)
    expect(states).toEqual(['lost', 'restored'])
    expect(requests.map(({ body }) => body)).toEqual(Array(3).fill(JSON.stringify(hello)))
  })

  it.each([
    ['has no id', { ...hello, messages: [{ role: 'user' as const, content: 'Hello' }] }],
    ['asks for another reply', { ...hello, trigger: 'regenerate-message' as const }],
  ])('is sent once where it %s', async (_, body) => {
    const { url, requests } = await startTestServer((response) => void response.destroy())
    const reading = collect(createClient(url).chat.stream(body))
    await expect(reading).rejects.toMatchObject({ problem: { code: 'server_unreachable' } })
    expect(requests).toHaveLength(1)
  })

  it('is not sent again where the server refuses it', async () => {
    const problem = createProblem('invalid_request', 'No.')
    const { url, requests } = await startTestServer((response) => sendJson(response, 400, problem))
    await expect(collect(createClient(url).chat.stream(hello))).rejects.toBeInstanceOf(ProblemError)
    expect(requests).toHaveLength(1)
  })
})

describe('what a proxy refuses', () => {
  it.each([400, 401, 403, 404, 413])('is sent once where it says %i', async (status) => {
    const { url, requests } = await startTestServer((response) => {
      response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>No</h1>')
    })
    const reading = collect(createClient(url).chat.stream(hello))
    await expect(reading).rejects.toMatchObject({ problem: { status } })
    expect(requests).toHaveLength(1)
  })

  it('is told as a message that is too long where it says 413', async () => {
    const { url } = await startTestServer((response) => void response.writeHead(413).end())
    const problem = { code: 'payload_too_large', title: 'The message is too long' }
    await expect(collect(createClient(url).chat.stream(hello))).rejects.toMatchObject({ problem })
  })

  it.each(['31', '9999999999', 'Fri, 31 Dec 9999 23:59:59 GMT'])(
    'is told, and not sent again, where that is not for %s',
    async (retryAfter) => {
      const { url, requests } = await startTestServer((response) => {
        response.writeHead(requests.length > 1 ? 400 : 429, { 'retry-after': retryAfter }).end()
      })
      const reading = collect(createClient(url).chat.stream(hello))
      const problem = { code: 'server_unreachable', retry_after_ms: expect.any(Number) as number }
      await expect(reading).rejects.toMatchObject({ problem })
      expect(requests).toHaveLength(1)
    },
  )

  it.each([408, 429, 503])('is sent again after %i, once it is time', async (status) => {
    const times: number[] = []
    const { url } = await startTestServer((response) => {
      times.push(performance.now())
      if (times.length === 1) return void response.writeHead(status, { 'retry-after': '1' }).end()
      response.writeHead(200, eventStreamHeaders).end(whole)
    })
    expect(await collect(createClient(url).chat.stream(hello))).toEqual(recordedChunks)
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990)
  })
})

describe('chat.follow', () => {
  it('gives the whole reply that is being written, or undefined where none is', async () => {
    const { url } = await startTestServer(async (response, { path }) => {
      if (path !== '/api/chat/t1/stream') return void response.writeHead(204).end()
      response.writeHead(200, eventStreamHeaders)
      await delay(5)
      response.end(whole)
    })
    const client = createClient(url)
    const following = await client.chat.follow('t1')
    expect(following && (await collect(following))).toEqual(recordedChunks)
    expect(await client.chat.follow('t2')).toBeUndefined()
  })
})

async function collect(chunks: AsyncIterable<UIMessageChunk>): Promise<UIMessageChunk[]> {
  const collected: UIMessageChunk[] = []
  for await (const chunk of chunks) collected.push(chunk)
  return collected
}
