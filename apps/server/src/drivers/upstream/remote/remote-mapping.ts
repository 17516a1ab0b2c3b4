import {
  decodeChunk,
  isTerminal,
  parseProblem,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import { AppError } from '../../../app-error.ts'
import { isDone, type EventMapping } from '../event-mapper.ts'

const id = '0'

/**
 * Maps the events of one stream. The first tells which of the two forms the stream has: UI message
 * chunks as JSON, or bare text (the original plan). Later texts are not searched for JSON, since a
 * model may well speak of chunks.
 */
export class RemoteMapping implements EventMapping {
  #form: 'unknown' | 'chunks' | 'text' = 'unknown'
  /** Whether more than a start has come. */
  #hasBegun = false

  /**
   * @throws ProblemError `upstream_protocol` for an event that is no chunk in a stream of chunks
   * @throws AppError for an error that comes before anything else: that is a refusal
   */
  map(data: string, chunks: UIMessageChunk[]): boolean {
    if (isDone(data)) return this.#end(chunks)
    if (this.#form === 'unknown') this.#begin(data, chunks)
    if (this.#form === 'chunks') return this.#mapChunk(data, chunks)
    chunks.push({ type: 'text-delta', id, delta: data })
    return false
  }

  #begin(data: string, chunks: UIMessageChunk[]): void {
    this.#form = isChunk(data) ? 'chunks' : 'text'
    if (this.#form === 'text') chunks.push({ type: 'start-step' }, { type: 'text-start', id })
  }

  #mapChunk(data: string, chunks: UIMessageChunk[]): boolean {
    const chunk = decodeChunk(data)
    if (chunk === undefined) return true
    if (!this.#hasBegun) {
      if (chunk.type === 'error') {
        // An upstream that starts only to fail has not begun.
        chunks.length = 0
        throw refusal(chunk.errorText)
      }
      this.#hasBegun = chunk.type !== 'start'
    }
    chunks.push(chunk)
    return isTerminal(chunk)
  }

  /** A stream of chunks has said so with its terminal chunk, or was cut. */
  #end(chunks: UIMessageChunk[]): true {
    if (this.#form === 'text') chunks.push({ type: 'text-end', id }, { type: 'finish-step' })
    if (this.#form !== 'chunks') chunks.push({ type: 'finish' })
    return true
  }
}

/** Its words are told where they are a problem of this product: others may hold keys. */
function refusal(errorText: string): AppError {
  const problem = parseProblem(errorText)
  if (problem === undefined)
    return new AppError('upstream_error', 'The upstream answered with an error.')
  const { code, detail, retry_after_ms } = problem
  return new AppError(code, detail, { ...(retry_after_ms !== undefined && { retry_after_ms }) })
}

function isChunk(data: string): boolean {
  try {
    return decodeChunk(data) !== undefined
  } catch {
    return false
  }
}
