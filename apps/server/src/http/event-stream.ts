import {
  createEventReader,
  decodeChunk,
  doneFrame,
  eventStreamHeaders,
  keepAliveFrame,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import { createBodyWriter } from './body-writer.ts'
import { streamedBody } from './streamed-body.ts'

const keepAliveBytes = Buffer.from(keepAliveFrame)

/** The bytes of server-sent events, each time whole ones. */
type Frames = AsyncIterable<Uint8Array>

/** A run as server-sent events: one write for each batch, and a comment after each pause. */
export function eventStream(frames: Frames, keepAliveMs: number): never {
  return streamedBody(async (response) => {
    response.set(eventStreamHeaders)
    const write = createBodyWriter(response)
    const keepAlive = () => {
      if (response.socket?.writableNeedDrain !== true) void write(keepAliveBytes)
    }
    // A run that has its first batch writes it before this: then the headers go with it.
    setImmediate(() => response.headersSent || keepAlive())
    const timer = setInterval(keepAlive, keepAliveMs)
    const reader = frames[Symbol.asyncIterator]()
    // Who leaves while nothing comes would otherwise be noticed with what comes next.
    const leave = () => void reader.return?.()
    if (response.destroyed) leave()
    else response.once('close', leave)
    try {
      for await (const bytes of { [Symbol.asyncIterator]: () => reader }) {
        timer.refresh()
        const room = write(bytes)
        if (room !== undefined) await room
      }
    } finally {
      clearInterval(timer)
    }
    if (!response.destroyed) response.end(doneFrame)
  })
}

/** A run's text, as it comes. A reply that fails cuts the connection: it must not pass for whole. */
export function textStream(frames: Frames): never {
  return streamedBody(async (response) => {
    response.set({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-cache' })
    const write = createBodyWriter(response)
    response.flushHeaders()
    for await (const chunks of readChunks(frames)) {
      if (response.destroyed) return
      if (chunks.some((chunk) => chunk.type === 'error')) return void response.destroy()
      const text = textOf(chunks)
      if (text !== '') await write(Buffer.from(text))
    }
    response.end()
  })
}

/** What the frames say. */
export async function* readChunks(frames: Frames): AsyncGenerator<UIMessageChunk[]> {
  const events = createEventReader({ maxEventLength: Infinity })
  for await (const bytes of frames)
    yield events.read(bytes).flatMap((data) => decodeChunk(data) ?? [])
}

function textOf(chunks: readonly UIMessageChunk[]): string {
  let text = ''
  for (const chunk of chunks) if (chunk.type === 'text-delta') text += chunk.delta
  return text
}
