import { AppError } from '../app-error.ts'
import type { Batch, Upstream, UpstreamRequest } from '../chat/upstream.ts'
import { SilenceTimer } from '../silence-timer.ts'
import type { Sink } from '../sink.ts'
import { wrapUpstream } from './wrap-upstream.ts'

export interface DeadlineOptions {
  readonly firstChunkMs: number
  /** Between two batches, the time that a slow reader takes not counted. */
  readonly idleMs: number
  readonly totalMs: number
}

/** Ends a stream that keeps its reader waiting, as `upstream_timeout`. */
export function withDeadlines(upstream: Upstream, options: DeadlineOptions): Upstream {
  return wrapUpstream(upstream, {
    stream: (request, sink, signal) =>
      new TimedStream(options, sink, signal).run(upstream, request),
  })
}

/** A batch costs a look at the clock. */
class TimedStream {
  readonly #options: DeadlineOptions
  readonly #sink: Sink<Batch>
  readonly #signal: AbortSignal
  readonly #inner = new AbortController()
  readonly #first: NodeJS.Timeout
  /** From the first batch on. */
  #pauses: SilenceTimer | undefined
  /** While the sink has no room, the time is that of its reader. */
  #isPaused = false
  #lateness: string | undefined

  constructor(options: DeadlineOptions, sink: Sink<Batch>, signal: AbortSignal) {
    this.#options = options
    this.#sink = sink
    this.#signal = signal
    const { firstChunkMs } = options
    this.#first = setTimeout(
      this.#expire,
      firstChunkMs,
      `said nothing for ${secondsOf(firstChunkMs)}`,
    )
  }

  async run(upstream: Upstream, request: UpstreamRequest): Promise<void> {
    const { totalMs } = this.#options
    const total = setTimeout(this.#expire, totalMs, `did not end within ${secondsOf(totalMs)}`)
    if (this.#signal.aborted) this.#leave()
    else this.#signal.addEventListener('abort', this.#leave, { once: true })
    try {
      await upstream.stream(request, this.#take, this.#inner.signal)
    } catch (cause) {
      if (this.#lateness === undefined) throw cause
      const detail = `The upstream ${this.#lateness}. Try again.`
      throw new AppError('upstream_timeout', detail, { cause })
    } finally {
      clearTimeout(total)
      clearTimeout(this.#first)
      this.#pauses?.stop()
      this.#signal.removeEventListener('abort', this.#leave)
    }
  }

  readonly #take = (batch: Batch) => {
    if (this.#pauses === undefined) this.#begin()
    else this.#pauses.note()
    const room = this.#sink(batch)
    if (room === undefined) return undefined
    this.#isPaused = true
    return room.finally(() => {
      this.#isPaused = false
      this.#pauses?.note()
    })
  }

  #begin(): void {
    clearTimeout(this.#first)
    const { idleMs } = this.#options
    const lateness = `paused for ${secondsOf(idleMs)}`
    this.#pauses = new SilenceTimer(idleMs, () => this.#isPaused || this.#expire(lateness))
  }

  readonly #expire = (lateness: string) => {
    this.#lateness = lateness
    this.#inner.abort()
  }

  readonly #leave = () => this.#inner.abort(this.#signal.reason)
}

function secondsOf(ms: number): string {
  return `${ms / 1_000} s`
}
