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
  /** Hears when the server is out of reach, and when it is there again. */
  readonly onConnection?: ConnectionListener | undefined
}

export type ConnectionListener = (state: 'lost' | 'restored') => void

/** Tries in a row without a chunk between them; about 20 s in all, where nobody asks for more. */
const maxTries = 7
const firstPauseMs = 300
const maxPauseMs = 8_000
/** Who is asked to wait longer is told so, and decides. */
const maxAskedPauseMs = 30_000

/**
 * The chunks of a reply, each exactly once, also over connections that break.
 * @throws ProblemError `stream_interrupted` where it cannot be had to its end
 */
export async function* streamChat({
  open,
  isRepeatable,
  resume,
  signal,
  onConnection = () => undefined,
}: ChatConnection): AsyncGenerator<UIMessageChunk, void, undefined> {
  const retry = async <Result>(attempt: () => Promise<Result>, tries: number): Promise<Result> => {
    for (let tried = 1; ; tried++) {
      try {
        const result = await attempt()
        if (tried > 1) onConnection('restored')
        return result
      } catch (error) {
        const askedMs = waitOf(error)
        if (!mayPass(error) || tried >= tries || askedMs > maxAskedPauseMs) throw error
        if (tried === 1) onConnection('lost')
        await pause(tried, signal, askedMs)
      }
    }
  }
  let body = await retry(open, isRepeatable ? maxTries : 1)
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
      const rest = await retry(() => resume(known), maxTries).catch((cause: unknown) => {
        throw codeOf(cause) === 'server_unreachable' ? error : cause
      })
      if (rest === undefined) throw error
      body = rest
    }
  }
  throw interrupted()
}

/** A server, or a proxy before it, that is away for a while; a status of 4xx would stay the same. */
function mayPass(error: unknown): boolean {
  return codeOf(error) === 'server_unreachable' && (error as ProblemError).problem.status >= 500
}

/** How long it is asked to wait at least. */
function waitOf(error: unknown): number {
  return error instanceof ProblemError ? (error.problem.retry_after_ms ?? 0) : 0
}

function codeOf(error: unknown): string | undefined {
  return error instanceof ProblemError ? error.problem.code : undefined
}

/** With full jitter, so that not all who lost a server come back to it at once. */
function pause(tried: number, signal: AbortSignal | undefined, leastMs = 0): Promise<void> {
  const ms = leastMs + Math.random() * Math.min(maxPauseMs, firstPauseMs * 2 ** (tried - 1))
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
