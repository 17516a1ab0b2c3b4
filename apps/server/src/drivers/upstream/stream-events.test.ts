import { gzipSync } from 'node:zlib'
import { Agent } from 'undici'
import { afterAll, describe, expect, it } from 'vitest'
import { startPeer } from '../../tests/peer.ts'
import type { EventMapping } from './event-mapper.ts'
import { streamEvents } from './stream-events.ts'

const agent = new Agent()
afterAll(() => agent.destroy())

/** Every event is text; `end` is the last that matters. */
const mapping = (): EventMapping => ({
  map: (data, chunks) => {
    if (data === 'end') return true
    chunks.push({ type: 'text-delta', id: '0', delta: data })
    return false
  },
})

describe('streamEvents', () => {
  const words = Array.from({ length: 20_000 }, (_, index) => `${index} ${'x'.repeat(index % 300)}`)

  it.each([
    ['as it is', (body: string) => Buffer.from(body), {}],
    ['compressed', (body: string) => gzipSync(body), { 'content-encoding': 'gzip' }],
  ])('gives a slow reader all of a long answer, %s', async (_, encode, headers) => {
    const body = encode([...words, 'end'].map((data) => `data: ${data}\n\n`).join(''))
    const url = await startPeer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', ...headers })
      response.end(body)
    })
    const signal = new AbortController().signal
    const request = { url: new URL(url), body: {}, signal }
    const deltas: string[] = []
    let isBusy = false
    await streamEvents(agent, request, mapping(), async (batch) => {
      expect(isBusy).toBe(false)
      isBusy = true
      for (const chunk of batch) if (chunk.type === 'text-delta') deltas.push(chunk.delta)
      await new Promise((resolve) => setTimeout(resolve, 1))
      isBusy = false
    })
    expect(deltas).toEqual(words)
  })

  it('closes the connection where the sink fails, and tells why', async () => {
    let closed: () => void
    const isClosed = new Promise<void>((resolve) => (closed = resolve))
    const url = await startPeer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: one\n\n')
      response.on('close', () => closed())
    })
    const signal = new AbortController().signal
    const streaming = streamEvents(
      agent,
      { url: new URL(url), body: {}, signal },
      mapping(),
      () => {
        throw new Error('on purpose')
      },
    )
    await expect(streaming).rejects.toThrow('on purpose')
    await isClosed
  })
})
