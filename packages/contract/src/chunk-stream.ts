import { createProblem, ProblemError } from './problem.ts'
import { decodeChunk, type EventReader } from './sse.ts'
import { isTerminal, type UIMessageChunk } from './ui-message-chunk.ts'

/**
 * The chunks of an answer's body, the terminal one included. Leaving the loop closes the connection.
 * @param events knows afterwards which event was the last
 * @throws ProblemError `stream_interrupted` where it breaks off before its terminal chunk
 */
export async function* readChunks(
  body: ReadableStream<Uint8Array>,
  events: EventReader,
  signal: AbortSignal | undefined,
): AsyncGenerator<UIMessageChunk, void, undefined> {
  let ended = false
  // Not `for await (… of body)`: Safari's streams are not iterable.
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw signal?.aborted === true ? cause : interrupted(cause)
      })
      if (done) throw interrupted()
      for (const data of events.read(value)) {
        const chunk = decodeChunk(data)
        if (chunk === undefined) throw interrupted()
        ended = isTerminal(chunk)
        yield chunk
        if (ended) return
      }
    }
  } finally {
    if (ended) void drain(reader)
    else await reader.cancel().catch(() => undefined)
  }
}

/** Lets the server end its answer, so that the connection can be used again. Not for long. */
async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const timer = setTimeout(() => void reader.cancel().catch(() => undefined), drainTimeoutMs)
  try {
    while (!(await reader.read()).done);
  } catch {
    // The reply was whole; what becomes of the connection concerns nobody.
  } finally {
    clearTimeout(timer)
  }
}

const drainTimeoutMs = 1_000

export function interrupted(cause?: unknown): ProblemError {
  return new ProblemError(
    createProblem(
      'stream_interrupted',
      'The connection broke before the reply was whole. Try again.',
    ),
    { cause },
  )
}
