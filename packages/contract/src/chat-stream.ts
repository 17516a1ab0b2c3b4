import { interrupted, readChunks } from './chunk-stream.ts'
import { ProblemError } from './problem.ts'
import { createEventReader } from './sse.ts'
import type { UIMessageChunk } from './ui-message-chunk.ts'

/** How a reply's stream is asked for. */
export interface ChatConnection {
  /** Sends the messages. @throws ProblemError */
  readonly open: () => Promise<ReadableStream<Uint8Array>>
  /** Whether sending again joins the same reply. */
  readonly isRepeatable: boolean
  /**
   * Asks for what follows an event; undefined where the reply is not being written any more.
   * Absent: there is no thread to ask for. @throws ProblemError
   */
  readonly resume?: (lastEventId: string) => Promise<ReadableStream<Uint8Array> | undefined>
  readonly signal: AbortSignal | undefined
}

/** Tries in a row without a chunk between them; about 20 s in all. */
const maxTries = 7
const firstPauseMs = 300
const maxPauseMs = 8_000

/**
 * The chunks of a reply, each exactly once, also over connections that break.
 * @throws ProblemError `stream_interrupted` where it cannot be had to its end
 */
export async function* streamChat({
  open,
  isRepeatable,
  resume,
  signal,
}: ChatConnection): AsyncGenerator<UIMessageChunk, void, undefined> {
  let body = await retry(open, isRepeatable ? maxTries : 1, signal)
  let lastEventId: string | undefined
  for (let fruitless = 0; fruitless < maxTries; fruitless++) {
    const events = createEventReader()
    try {
      yield* readChunks(body, events, signal)
      return
    } catch (error) {
      if (codeOf(error) !== 'stream_interrupted') throw error
      const known = (lastEventId = events.lastEventId ?? lastEventId)
      if (known === undefined || resume === undefined) throw error
      if (events.lastEventId !== undefined) fruitless = 0
      if (fruitless > 0) await pause(fruitless, signal)
      const rest = await retry(() => resume(known), maxTries, signal)
      if (rest === undefined) throw error
      body = rest
    }
  }
  throw interrupted()
}

/** Tries again, after pauses with full jitter, while the server cannot be reached. */
async function retry<Result>(
  attempt: () => Promise<Result>,
  tries: number,
  signal: AbortSignal | undefined,
): Promise<Result> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt()
    } catch (error) {
      if (codeOf(error) !== 'server_unreachable' || tried >= tries) throw error
      await pause(tried, signal)
    }
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof ProblemError ? error.problem.code : undefined
}

/** With full jitter, so that not all who lost a server come back to it at once. */
function pause(tried: number, signal: AbortSignal | undefined): Promise<void> {
  const ms = Math.random() * Math.min(maxPauseMs, firstPauseMs * 2 ** (tried - 1))
  return new Promise((resolve, reject) => {
    const leave = () => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', leave)
      resolve()
    }, ms)
    if (signal?.aborted === true) leave()
    else signal?.addEventListener('abort', leave)
  })
}
