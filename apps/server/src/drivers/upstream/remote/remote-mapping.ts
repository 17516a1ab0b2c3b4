import { decodeChunk, isTerminal, type UIMessageChunk } from '@assistant-ui-proxy/contract'
import { isDone, type EventMapping } from '../event-mapper.ts'

const id = '0'

/**
 * Maps the events of one stream. The first tells which of the two forms the stream has: UI message
 * chunks as JSON, or bare text (the original plan). Later texts are not searched for JSON, since a
 * model may well speak of chunks.
 */
export class RemoteMapping implements EventMapping {
  #form: 'unknown' | 'chunks' | 'text' = 'unknown'

  /** @throws ProblemError `upstream_protocol` for an event that is no chunk in a stream of chunks */
  map(data: string, chunks: UIMessageChunk[]): boolean {
    if (isDone(data)) return this.#end(chunks)
    if (this.#form === 'unknown') this.#begin(data, chunks)
    if (this.#form === 'chunks') return mapChunk(data, chunks)
    chunks.push({ type: 'text-delta', id, delta: data })
    return false
  }

  #begin(data: string, chunks: UIMessageChunk[]): void {
    this.#form = isChunk(data) ? 'chunks' : 'text'
    if (this.#form === 'text') chunks.push({ type: 'start-step' }, { type: 'text-start', id })
  }

  /** A stream of chunks has said so with its terminal chunk, or was cut. */
  #end(chunks: UIMessageChunk[]): true {
    if (this.#form === 'text') chunks.push({ type: 'text-end', id }, { type: 'finish-step' })
    if (this.#form !== 'chunks') chunks.push({ type: 'finish' })
    return true
  }
}

function mapChunk(data: string, chunks: UIMessageChunk[]): boolean {
  const chunk = decodeChunk(data)
  if (chunk === undefined) return true
  chunks.push(chunk)
  return isTerminal(chunk)
}

function isChunk(data: string): boolean {
  try {
    return decodeChunk(data) !== undefined
  } catch {
    return false
  }
}
