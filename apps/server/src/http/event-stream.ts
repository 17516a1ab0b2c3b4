import { once } from 'node:events'
import {
  doneFrame,
  encodeChunks,
  eventStreamHeaders,
  keepAliveFrame,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import type { Response } from 'express'
import { streamedBody } from './streamed-body.ts'

type Batches = AsyncIterable<readonly UIMessageChunk[]>

/** A run as server-sent events: one write for each batch, and a comment after each pause. */
export function eventStream(run: Batches, keepAliveMs: number): never {
  return streamedBody(async (response) => {
    response.set(eventStreamHeaders)
    const keepAlive = () => {
      if (!response.writableNeedDrain) response.write(keepAliveFrame)
    }
    // A run that has its first batch writes it before this: then the headers go with it.
    setImmediate(() => response.headersSent || keepAlive())
    const timer = setInterval(keepAlive, keepAliveMs)
    try {
      await writeEach(response, run, (batch) => {
        timer.refresh()
        return encodeChunks(batch)
      })
    } finally {
      clearInterval(timer)
    }
    response.end(doneFrame)
  })
}

/** A run's text, as it comes. A reply that fails cuts the connection: it must not pass for whole. */
export function textStream(run: Batches): never {
  return streamedBody(async (response) => {
    response.set({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache' })
    response.flushHeaders()
    let failed = false
    await writeEach(response, run, (batch) => {
      failed ||= batch.some((chunk) => chunk.type === 'error')
      return textOf(batch)
    })
    if (failed) response.destroy()
    else response.end()
  })
}

function textOf(batch: readonly UIMessageChunk[]): string {
  let text = ''
  for (const chunk of batch) if (chunk.type === 'text-delta') text += chunk.delta
  return text
}

/** Writes as fast as the client reads, until the run ends or the client leaves. */
async function writeEach(
  response: Response,
  run: Batches,
  encode: (batch: readonly UIMessageChunk[]) => string,
): Promise<void> {
  for await (const batch of run) {
    if (response.destroyed) return
    const bytes = encode(batch)
    if (bytes !== '' && !response.write(bytes)) await drained(response)
  }
}

async function drained(response: Response): Promise<void> {
  const ended = new AbortController()
  const either = [once(response, 'drain', ended), once(response, 'close', ended)]
  await Promise.race(either).catch(() => undefined)
  ended.abort()
  await Promise.allSettled(either)
}
