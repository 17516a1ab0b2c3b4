import { once } from 'node:events'
import type { Writable } from 'node:stream'
import type { Response } from 'express'
import type { Sink } from '../sink.ts'

/**
 * A writer of a body whose length is not known. Node sends a chunk of it as four pieces, which costs
 * more than all else that is done to a small one; this writes each in one, in the same coding.
 * There is room again when the reader has taken what waits, or has left. One that takes nothing for a
 * minute is let go: it may come back for the rest.
 * @see RFC 9112, 7.1 Chunked transfer coding
 */
export function createBodyWriter(response: Response, stuckAfterMs = 60_000): Sink<Uint8Array> {
  const { httpVersionMajor, httpVersionMinor } = response.req
  // Readers of before HTTP/1.1 read until the connection closes: Node sees to it.
  const isChunked = httpVersionMajor === 1 && httpVersionMinor >= 1
  if (isChunked) response.set('transfer-encoding', 'chunked')
  return (bytes) => {
    const { socket } = response
    // The first piece goes with the headers.
    if (isChunked && response.headersSent && socket !== null)
      return socket.write(inChunk(bytes)) ? undefined : drained(socket, stuckAfterMs)
    return response.write(bytes) ? undefined : drained(response, stuckAfterMs)
  }
}

const lineEnd = '\r\n'

function inChunk(bytes: Uint8Array): Buffer {
  const head = bytes.length.toString(16) + lineEnd
  const chunk = Buffer.allocUnsafe(head.length + bytes.length + lineEnd.length)
  chunk.write(head, 'latin1')
  chunk.set(bytes, head.length)
  chunk.write(lineEnd, head.length + bytes.length, 'latin1')
  return chunk
}

async function drained(stream: Writable, stuckAfterMs: number): Promise<void> {
  const ended = new AbortController()
  const stuck = setTimeout(() => stream.destroy(), stuckAfterMs).unref()
  const either = [once(stream, 'drain', ended), once(stream, 'close', ended)]
  await Promise.race(either).catch(() => undefined)
  clearTimeout(stuck)
  ended.abort()
  await Promise.allSettled(either)
}
