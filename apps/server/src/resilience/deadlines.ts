import type { ProblemCode } from '@assistant-ui-proxy/contract'
import { AppError } from '../app-error.ts'
import type { Batch, Upstream, UpstreamRequest } from '../chat/upstream.ts'
import { SilenceTimer } from '../silence-timer.ts'
import type { Sink } from '../sink.ts'
import { wrapUpstream } from './wrap-upstream.ts'

export interface DeadlineOptions {
  readonly firstChunkMs: number
  /** Between two batches. The time that a slow reader takes is not counted, nor is it in the total. */
  readonly idleMs: number
  /** A reader who takes nothing for so long is waited for no more. */
  readonly totalMs: number
}

/** Ends a stream that keeps its reader waiting, as `upstream_timeout`. */
export function withDeadlines(upstream: Upstream, options: DeadlineOptions): Upstream {
  return wrapUpstream(upstream, {
    stream: (request, sink, signal) =>
      new TimedStream(options, sink, signal).run(upstream, request),
  })
}

interface Lateness {
  readonly code: ProblemCode
  readonly detail: string
}

/** A batch costs a look at the clock. */
class TimedStream {
  readonly #options: DeadlineOptions
  readonly #sink: Sink<Batch>
  readonly #signal: AbortSignal
  readonly #inner = new AbortController()
  readonly #startedAt = performance.now()
  readonly #first: NodeJS.Timeout
  #total: NodeJS.Timeout
  /** From the first batch on. */
  #pauses: SilenceTimer | undefined
  /** Whether anything has come since a silence seemed too long. */
  #isHeard = false
  /** While the sink has no room, the time is that of its reader. */
  #isPaused = false
  /** When the pause began that is going, or the last one. */
  #pausedAt = 0
  #pausedMs = 0
  /** Whether it is to be seen how much of the total is left when the pause is over. */
  #isTotalOpen = false
  #lateness: Lateness | undefined

  constructor(options: DeadlineOptions, sink: Sink<Batch>, signal: AbortSignal) {
    this.#options = options
    this.#sink = sink
    this.#signal = signal
    const { firstChunkMs, totalMs } = options
    this.#first = setTimeout(
      this.#hearOut,
      firstChunkMs,
      `said nothing for ${secondsOf(firstChunkMs)}`,
    )
    this.#total = setTimeout(this.#lookAtTotal, totalMs)
  }

  async run(upstream: Upstream, request: UpstreamRequest): Promise<void> {
    if (this.#signal.aborted) this.#leave()
    else this.#signal.addEventListener('abort', this.#leave, { once: true })
    try {
      await upstream.stream(request, this.#take, this.#inner.signal)
    } catch (cause) {
      if (this.#lateness === undefined) throw cause
      const { code, detail } = this.#lateness
      throw new AppError(code, detail, { cause })
    } finally {
      clearTimeout(this.#total)
      clearTimeout(this.#first)
      this.#pauses?.stop()
      this.#signal.removeEventListener('abort', this.#leave)
    }
  }

  readonly #take = (batch: Batch) => {
    this.#isHeard = true
    if (this.#pauses === undefined) this.#begin()
    else this.#pauses.note()
    const room = this.#sink(batch)
    if (room === undefined) return undefined
    this.#isPaused = true
    this.#pausedAt = performance.now()
    return room.finally(this.#goOn)
  }

  readonly #goOn = () => {
    this.#isPaused = false
    this.#pausedMs += performance.now() - this.#pausedAt
    this.#pauses?.note()
    if (this.#isTotalOpen) this.#lookAtTotal()
  }

  /** Called when the total can be over at the earliest: a pause moves no timer. */
  readonly #lookAtTotal = () => {
    clearTimeout(this.#total)
    const { totalMs } = this.#options
    const isPaused = (this.#isTotalOpen = this.#isPaused)
    const beganAt = isPaused ? this.#pausedAt : this.#startedAt + this.#pausedMs
    const leftMs = beganAt + totalMs - performance.now()
    if (leftMs > 0) this.#total = setTimeout(this.#lookAtTotal, leftMs)
    else if (isPaused) this.#giveUpReader()
    else this.#expire(`did not end within ${secondsOf(totalMs)}`)
  }

  #giveUpReader(): void {
    const time = secondsOf(this.#options.totalMs)
    const detail = `Nobody took any more of the reply for ${time}. Try again.`
    this.#end({ code: 'run_interrupted', detail })
  }

  #begin(): void {
    clearTimeout(this.#first)
    const { idleMs } = this.#options
    const lateness = `paused for ${secondsOf(idleMs)}`
    this.#pauses = new SilenceTimer(idleMs, () => this.#isPaused || this.#hearOut(lateness))
  }

  /** What came while this process was held up lies unread: it is read before a silence is taken for one. */
  readonly #hearOut = (lateness: string) => {
    this.#isHeard = false
    setImmediate(() => this.#isHeard || this.#expire(lateness))
  }

  readonly #expire = (lateness: string) => {
    this.#end({ code: 'upstream_timeout', detail: `The upstream ${lateness}. Try again.` })
  }

  #end(lateness: Lateness): void {
    this.#lateness = lateness
    this.#inner.abort()
  }

  readonly #leave = () => this.#inner.abort(this.#signal.reason)
}

function secondsOf(ms: number): string {
  return `${ms / 1_000} s`
}
