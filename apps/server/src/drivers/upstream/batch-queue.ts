import type { UIMessageChunk } from '@assistant-ui-proxy/contract'

type Batch = readonly UIMessageChunk[]
type Result = IteratorResult<Batch, undefined>

const over: Result = { done: true, value: undefined }

/**
 * Between a socket that gives when it has something and the one reader who asks. What comes while
 * nobody asks is one batch by the time somebody does.
 */
export class BatchQueue {
  #batch: UIMessageChunk[] | undefined
  #waiting: PromiseWithResolvers<Result> | undefined
  #end: { readonly error?: unknown } | undefined

  get isEmpty(): boolean {
    return this.#batch === undefined
  }

  push(batch: UIMessageChunk[]): void {
    if (this.#waiting !== undefined) {
      this.#waiting.resolve({ done: false, value: batch })
      this.#waiting = undefined
    } else if (this.#batch === undefined) {
      this.#batch = batch
    } else {
      for (const chunk of batch) this.#batch.push(chunk)
    }
  }

  /** Nothing more comes. The first end counts. */
  end(): void {
    this.#finish({})
  }

  /** What has come is given first, then this. */
  fail(error: unknown): void {
    this.#finish({ error })
  }

  /** One reader: not called again before it has settled. */
  next(): Promise<Result> {
    if (this.#batch !== undefined) {
      const value = this.#batch
      this.#batch = undefined
      return Promise.resolve({ done: false, value })
    }
    this.#waiting = Promise.withResolvers()
    const { promise } = this.#waiting
    this.#settle()
    return promise
  }

  #finish(end: { readonly error?: unknown }): void {
    this.#end ??= end
    this.#settle()
  }

  #settle(): void {
    if (this.#end === undefined || this.#waiting === undefined) return
    if ('error' in this.#end) this.#waiting.reject(this.#end.error)
    else this.#waiting.resolve(over)
    this.#waiting = undefined
    // The error is thrown once; who asks again learns that it is over.
    this.#end = {}
  }
}
