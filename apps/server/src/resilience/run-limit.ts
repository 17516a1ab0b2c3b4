import { bulkhead, BulkheadRejectedError, type BulkheadPolicy } from 'cockatiel'
import { AppError } from '../app-error.ts'

export interface RunLimitOptions {
  readonly maxRuns: number
  /** So many more wait for a place; the next are refused. */
  readonly maxQueuedRuns: number
}

/** Bounds how many runs go on at a time. */
export class RunLimit {
  readonly #bulkhead: BulkheadPolicy

  constructor({ maxRuns, maxQueuedRuns }: RunLimitOptions) {
    this.#bulkhead = bulkhead(maxRuns, maxQueuedRuns)
  }

  /**
   * Waits for a place.
   * @param signal gives up waiting
   * @returns what gives the place back
   * @throws AppError `overloaded` where too many wait already
   */
  async enter(signal: AbortSignal): Promise<() => void> {
    const { promise: entered, resolve: enter, reject: refuse } = Promise.withResolvers<void>()
    const { promise: left, resolve: leave } = Promise.withResolvers<void>()
    const stay = () => {
      enter()
      return left
    }
    this.#bulkhead.execute(stay, signal).catch(refuse)
    try {
      await entered
      return leave
    } catch (cause) {
      if (!(cause instanceof BulkheadRejectedError)) throw cause
      const detail = 'Too many replies are being written at the moment. Try again soon.'
      throw new AppError('overloaded', detail, { retry_after_ms: 1_000, cause })
    }
  }
}
