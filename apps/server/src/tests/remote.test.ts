import type { ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import {
  accumulate,
  emptyReply,
  textOfParts,
  type Client,
  type Problem,
} from '@assistant-ui-proxy/contract'
import { describe, expect, it } from 'vitest'
import { sse, startPeer } from './peer.ts'
import { startTestServer } from './test-server.ts'

describe('the remote upstream', () => {
  it('gives through a chain of two servers the text that one gives', async () => {
    const far = await startTestServer()
    const near = await startTestServer({ env: { ASSISTANT_UI_BASE_URL: far.url } })
    const question = 'Think, then show me a table, some code and 40 words'
    const direct = await ask(far.client, question)
    const chained = await ask(near.client, question)
    expect(chained.status).toBe('complete')
    expect(chained.parts).toEqual(direct.parts)
    expect(textOfParts(chained.parts).length).toBeGreaterThan(500)
  })

  it('has its titles from the far server', async () => {
    const far = await startTestServer()
    const near = await startTestServer({ env: { ASSISTANT_UI_BASE_URL: far.url } })
    const messages = [{ role: 'user' as const, content: '**Where** do wild swans fly in winter?' }]
    await near.client.chat.send({ body: { id: 't1', messages } })
    const answer = await near.client.threads.generateTitle({ params: { thread_id: 't1' } })
    expect(answer.body).toEqual({ title: 'Where do wild swans fly in' })
  })

  it('passes the far server’s failure on in its own words', async () => {
    const far = await startTestServer()
    const near = await startTestServer({ env: { ASSISTANT_UI_BASE_URL: far.url } })
    const reply = await ask(near.client, 'error please')
    expect(reply.status).toBe('failed')
    expect(reply.problem?.detail).toMatch(/broke off in mid-reply, as you asked/)
    expect(textOfParts(reply.parts)).toContain('error please')
  })

  it('asks with the original plan’s body', async () => {
    const bodies: unknown[] = []
    const url = await startPeer(async (request, response) => {
      bodies.push(await json(request))
      sse(response).end('data: [DONE]\n\n')
    })
    const { client } = await startTestServer({ env: { ASSISTANT_UI_BASE_URL: `${url}/prefix` } })
    await ask(client, 'Hello')
    expect(bodies).toEqual([{ messages: [{ role: 'user', content: 'Hello' }], stream: true }])
  })

  it('passes on how the reply is to be written', async () => {
    const bodies: unknown[] = []
    const url = await startPeer(async (request, response) => {
      bodies.push(await json(request))
      sse(response).end('data: [DONE]\n\n')
    })
    const { client } = await startTestServer({ env: { ASSISTANT_UI_BASE_URL: url } })
    const settings = { callSettings: { temperature: 0 }, config: { reasoningEffort: 'low' } }
    const messages = [{ role: 'user' as const, content: 'Hello' }]
    await client.chat.send({ body: { messages, ...settings } })
    expect(bodies).toEqual([{ messages, ...settings, stream: true }])
  })

  it('reads events of text however the network cuts and joins them', async () => {
    // “data: ” inside, an empty line, a leading space, CRLF, and characters of 1 to 4 bytes.
    const stream = Buffer.from(
      'data: Grüße 👩‍👩‍👧 \n\n: comment\r\n\r\ndata:  data: x\r\n\r\ndata: a\ndata: \ndata: b\n\ndata: [DONE]\n\n',
    )
    const text = 'Grüße 👩‍👩‍👧  data: xa\n\nb'
    let cut = 0
    const url = await startPeer(async (_request, response) => {
      sse(response).write(stream.subarray(0, cut))
      await new Promise((resolve) => setImmediate(resolve))
      response.end(stream.subarray(cut))
    })
    const { client } = await startTestServer({ env: { ASSISTANT_UI_BASE_URL: url } })
    for (cut = 1; cut < stream.length; cut++) {
      const reply = await ask(client, 'Hello')
      expect([cut, reply.status, textOfParts(reply.parts)]).toEqual([cut, 'complete', text])
    }
  })

  it('leaves a thread readable, whatever an upstream writes into fields that may be left out', async () => {
    let said: object = {}
    const url = await startPeer((_request, response) => {
      const chunks = [{ type: 'start' }, said, { type: 'finish', finishReason: null }]
      sse(response).end(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(''))
    })
    const { client } = await startTestServer({ env: { ASSISTANT_UI_BASE_URL: url } })
    const source = { type: 'source-url', sourceId: '1', url: 'https://a.example' }
    const answers = [
      { title: null, status: 'complete', parts: [source] },
      { title: 5, status: 'failed', error: { code: 'upstream_protocol' }, parts: [] },
    ]
    for (const [at, { title, ...expected }] of answers.entries()) {
      said = { ...source, title }
      const id = `t${at}`
      await ask(client, 'Hello', id)
      const messages = await client.threads.messages({ params: { thread_id: id } })
      expect(messages).toMatchObject({ status: 200, body: [{ role: 'user' }, expected] })
    }
  })

  it('answers 502 where nobody listens, and the next good request works', async () => {
    const { url, client } = await startTestServer({
      env: { ASSISTANT_UI_BASE_URL: 'http://127.0.0.1:1' },
    })
    const answer = await send(client)
    expect(answer).toMatchObject({
      status: 502,
      body: { code: 'upstream_unreachable', detail: expect.stringContaining('127.0.0.1:1') },
    })
    expect((await fetch(`${url}/health`)).status).toBe(200)
  })

  it.each([
    [400, 502, 'upstream_rejected'],
    [401, 502, 'upstream_denied'],
    [404, 502, 'upstream_rejected'],
    [429, 502, 'upstream_busy'],
    [500, 502, 'upstream_error'],
    [504, 502, 'upstream_error'],
  ])('answers its status %i with %i %s, without its words', async (theirs, ours, code) => {
    const url = await startPeer((_request, response) => {
      response.writeHead(theirs, { 'content-type': 'application/json' }).end('{"key":"sk-secret"}')
    })
    const { client } = await startTestServer({ env: { ASSISTANT_UI_BASE_URL: url } })
    const answer = await send(client)
    expect(answer).toMatchObject({
      status: ours,
      body: { code, detail: expect.stringContaining(String(theirs)) },
    })
    expect(JSON.stringify(answer.body)).not.toContain('sk-secret')
  })

  it('passes on when to try again, given in seconds or as a date', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString()
    let retryAfter = '7'
    const url = await startPeer((_request, response) => {
      response.writeHead(429, { 'retry-after': retryAfter }).end()
    })
    const { client } = await startTestServer({ env: { ASSISTANT_UI_BASE_URL: url } })
    const answer = await send(client)
    expect(answer.body).toMatchObject({ retry_after_ms: 7_000 })
    expect(answer.headers.get('retry-after')).toBe('7')
    retryAfter = date
    const { body } = await send(client)
    expect((body as Problem).retry_after_ms).toBeGreaterThan(50_000)
  })

  it('reads an answer that is compressed unasked', async () => {
    const url = await startPeer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' })
      response.end(gzipSync('data: squeezed\n\ndata: [DONE]\n\n'))
    })
    const { client } = await startTestServer({ env: { ASSISTANT_UI_BASE_URL: url } })
    expect(textOfParts((await ask(client, 'Hello')).parts)).toBe('squeezed')
  })

  it('keeps the connection for the next request', async () => {
    const sockets = new Set<unknown>()
    const url = await startPeer((request, response) => {
      sockets.add(request.socket)
      sse(response).end('data: x\n\ndata: [DONE]\n\n')
    })
    const { client } = await startTestServer({ env: { ASSISTANT_UI_BASE_URL: url } })
    for (let turn = 0; turn < 5; turn++) await ask(client, 'Hello')
    expect(sockets.size).toBe(1)
  })

  it('does not follow a redirect', async () => {
    const url = await startPeer((_request, response) => {
      response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end()
    })
    const { client } = await startTestServer({ env: { ASSISTANT_UI_BASE_URL: url } })
    expect(await send(client)).toMatchObject({ status: 502, body: { code: 'upstream_protocol' } })
  })

  it('takes an HTML page for a protocol error', async () => {
    const url = await startPeer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>')
    })
    const { client } = await startTestServer({ env: { ASSISTANT_UI_BASE_URL: url } })
    expect(await send(client)).toMatchObject({ status: 502, body: { code: 'upstream_protocol' } })
  })

  it.each([
    ['resets the connection', (response: ServerResponse) => response.destroy()],
    ['closes without an end', (response: ServerResponse) => response.end()],
  ])('fails with what it has where the far server %s', async (_name, end) => {
    const url = await startPeer(async (_request, response) => {
      sse(response).write('data: so far\n\n')
      await new Promise((resolve) => setTimeout(resolve, 20))
      end(response)
    })
    const { client } = await startTestServer({ env: { ASSISTANT_UI_BASE_URL: url } })
    const reply = await ask(client, 'Hello')
    expect(reply).toMatchObject({ status: 'failed', problem: { code: 'upstream_interrupted' } })
    expect(textOfParts(reply.parts)).toBe('so far')
  })

  it('closes its connection when the reader leaves', async () => {
    const closed = Promise.withResolvers<void>()
    const url = await startPeer((_request, response) => {
      sse(response).write('data: so far\n\n')
      response.once('close', closed.resolve)
    })
    const { client } = await startTestServer({ env: { ASSISTANT_UI_BASE_URL: url } })
    const stream = client.chat.stream({ messages: [{ role: 'user', content: 'Hello' }] })
    await stream.next()
    await stream.return()
    await expect(closed.promise).resolves.toBeUndefined()
  })
})

function send(client: Client) {
  return client.chat.send({ body: { messages: [{ role: 'user', content: 'Hello' }] } })
}

async function ask(client: Client, content: string, id?: string) {
  let reply = emptyReply
  const body = { messages: [{ role: 'user' as const, content }], ...(id !== undefined && { id }) }
  for await (const chunk of client.chat.stream(body)) reply = accumulate(reply, [chunk])
  return reply
}
