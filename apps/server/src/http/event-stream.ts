import {
  createEventReader,
  decodeChunk,
  doneFrame,
  eventStreamHeaders,
  isTerminal,
  keepAliveFrame,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import type { Response } from 'express'
import type { RunLogReader } from '../chat/run-log.ts'
import { SilenceTimer } from '../silence-timer.ts'
import type { Sink } from '../sink.ts'
import { createBodyWriter } from './body-writer.ts'
import { streamedBody } from './streamed-body.ts'

const keepAliveBytes = Buffer.from(keepAliveFrame)

/** A run as server-sent events: one write for each batch, and a comment after each pause. */
export function eventStream(frames: RunLogReader, keepAliveMs: number): never {
  return streamedBody(async (response) => {
    response.set(eventStreamHeaders)
    if (response.req.method === 'HEAD') {
      frames.leave()
      response.end()
      return
    }
    const write = createBodyWriter(response)
    const keepAlive = () => {
      if (response.socket?.writableNeedDrain !== true) void write(keepAliveBytes)
    }
    // A run that has its first batch writes it before this: then the headers go with it.
    setImmediate(() => response.headersSent || keepAlive())
    const silence = new SilenceTimer(keepAliveMs, keepAlive)
    leaveWith(response, frames)
    try {
      await frames.read((bytes) => {
        silence.note()
        return write(bytes)
      })
    } finally {
      silence.stop()
    }
    if (!response.destroyed) response.end(doneFrame)
  })
}

/**
 * A run's text, as it comes. A reply that fails, or that does not come to its end, cuts the connection:
 * it must not pass for whole.
 */
export function textStream(frames: RunLogReader): never {
  return streamedBody(async (response) => {
    response.set({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache' })
    const write = createBodyWriter(response)
    response.flushHeaders()
    leaveWith(response, frames)
    let isWhole = false
    await readChunks(frames, (chunks) => {
      isWhole ||= chunks.some((chunk) => isTerminal(chunk) && chunk.type !== 'error')
      const text = textOf(chunks)
      return text === '' ? undefined : write(Buffer.from(text))
    })
    if (!isWhole) response.destroy()
    else if (!response.destroyed) response.end()
  })
}

/** Gives what the frames say. */
export function readChunks(
  frames: RunLogReader,
  sink: Sink<readonly UIMessageChunk[]>,
): Promise<void> {
  const events = createEventReader({ maxEventLength: Infinity })
  return frames.read((bytes) => sink(events.read(bytes).flatMap((data) => decodeChunk(data) ?? [])))
}

/** Who leaves while nothing comes would otherwise be noticed with what comes next. */
function leaveWith(response: Response, frames: RunLogReader): void {
  if (response.destroyed) frames.leave()
  else response.once('close', () => frames.leave())
}

function textOf(chunks: readonly UIMessageChunk[]): string {
  let text = ''
  for (const chunk of chunks) if (chunk.type === 'text-delta') text += chunk.delta
  return text
}
