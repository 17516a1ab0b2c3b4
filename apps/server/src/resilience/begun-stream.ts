import type { UIMessageChunk } from '@assistant-ui-proxy/contract'
import { AppError } from '../app-error.ts'

type Batch = readonly UIMessageChunk[]

/** A stream whose first batch is there: until then it may be tried again, afterwards not. */
interface BegunStream {
  readonly first: IteratorYieldResult<Batch>
  readonly rest: AsyncIterator<Batch, unknown>
}

/**
 * Asks for the first batch.
 * @throws what the stream throws before it, and AppError `upstream_interrupted` where there is none
 */
export async function beginStream(stream: AsyncIterable<Batch>): Promise<BegunStream> {
  const rest = stream[Symbol.asyncIterator]()
  const first = await rest.next()
  if (first.done === true)
    throw new AppError('upstream_interrupted', 'The upstream ended before it said anything.')
  return { first, rest }
}

/**
 * A stream that begins as it is told to, and then is the one that began: no step is added to any
 * later batch.
 */
export function deferStream(begin: () => Promise<BegunStream>): AsyncIterable<Batch> {
  return { [Symbol.asyncIterator]: () => new DeferredStream(begin) }
}

class DeferredStream implements AsyncIterator<Batch, unknown> {
  readonly #begin: () => Promise<BegunStream>
  #rest: AsyncIterator<Batch, unknown> | undefined

  constructor(begin: () => Promise<BegunStream>) {
    this.#begin = begin
  }

  next(): Promise<IteratorResult<Batch, unknown>> {
    if (this.#rest !== undefined) return this.#rest.next()
    return this.#begin().then(({ first, rest }) => {
      this.#rest = rest
      return first
    })
  }

  async return(): Promise<IteratorResult<Batch, unknown>> {
    await this.#rest?.return?.()
    return { done: true, value: undefined }
  }
}
