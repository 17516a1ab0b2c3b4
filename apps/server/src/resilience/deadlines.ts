import type { UIMessageChunk } from '@assistant-ui-proxy/contract'
import { AppError } from '../app-error.ts'
import type { Upstream, UpstreamRequest } from '../chat/upstream.ts'
import { wrapUpstream } from './wrap-upstream.ts'

type Batch = readonly UIMessageChunk[]

export interface DeadlineOptions {
  readonly firstChunkMs: number
  /** Between two batches, the time that a slow reader takes not counted. */
  readonly idleMs: number
  readonly totalMs: number
}

/** Ends a stream that keeps its reader waiting, as `upstream_timeout`. */
export function withDeadlines(upstream: Upstream, options: DeadlineOptions): Upstream {
  return wrapUpstream(upstream, {
    stream: (request, signal) => ({
      [Symbol.asyncIterator]: () => new TimedStream(upstream, options, request, signal),
    }),
  })
}

/** Two timers a stream; a batch costs one `refresh`. */
class TimedStream implements AsyncIterator<Batch, unknown> {
  readonly #signal: AbortSignal
  readonly #inner = new AbortController()
  readonly #stream: AsyncIterator<Batch, unknown>
  readonly #total: NodeJS.Timeout
  readonly #idleMs: number
  #wait: NodeJS.Timeout
  #isWaiting = false
  #hasBegun = false
  #lateness: string | undefined

  constructor(
    upstream: Upstream,
    { firstChunkMs, idleMs, totalMs }: DeadlineOptions,
    request: UpstreamRequest,
    signal: AbortSignal,
  ) {
    this.#signal = signal
    this.#idleMs = idleMs
    if (signal.aborted) this.#leave()
    else signal.addEventListener('abort', this.#leave, { once: true })
    this.#total = setTimeout(this.#expire, totalMs, `did not end within ${totalMs / 1_000} s`)
    this.#wait = setTimeout(
      this.#expire,
      firstChunkMs,
      `said nothing for ${firstChunkMs / 1_000} s`,
    )
    this.#stream = upstream.stream(request, this.#inner.signal)[Symbol.asyncIterator]()
  }

  next(): Promise<IteratorResult<Batch, unknown>> {
    this.#isWaiting = true
    if (this.#hasBegun) this.#wait.refresh()
    return this.#stream.next().then(this.#pass, this.#fail)
  }

  async return(): Promise<IteratorResult<Batch, unknown>> {
    this.#clear()
    await this.#stream.return?.()
    return { done: true, value: undefined }
  }

  readonly #pass = (result: IteratorResult<Batch, unknown>) => {
    this.#isWaiting = false
    if (result.done === true) this.#clear()
    else if (!this.#hasBegun) this.#begin()
    return result
  }

  readonly #fail = (cause: unknown): never => {
    this.#clear()
    if (this.#lateness === undefined) throw cause
    const detail = `The upstream ${this.#lateness}. Try again.`
    throw new AppError('upstream_timeout', detail, { cause })
  }

  /** From here on pauses are timed; while the reader takes its time, the timer runs out unheeded. */
  #begin(): void {
    this.#hasBegun = true
    clearTimeout(this.#wait)
    const reason = `paused for ${this.#idleMs / 1_000} s`
    this.#wait = setTimeout(() => this.#isWaiting && this.#expire(reason), this.#idleMs)
  }

  readonly #expire = (lateness: string) => {
    this.#lateness = lateness
    this.#inner.abort()
  }

  readonly #leave = () => this.#inner.abort(this.#signal.reason)

  #clear(): void {
    clearTimeout(this.#total)
    clearTimeout(this.#wait)
    this.#signal.removeEventListener('abort', this.#leave)
  }
}
