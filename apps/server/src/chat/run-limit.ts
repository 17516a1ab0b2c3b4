import { AppError } from '../app-error.ts'

export interface RunLimitOptions {
  readonly maxRuns: number
  /** So many more wait for a place; the next are refused. */
  readonly maxQueuedRuns: number
}

/** A run's place among those that go on at a time. */
export interface Permit {
  /** Resolves when the run may go on. Undefined: at once. */
  readonly granted: Promise<void> | undefined
  /** Gives it back, or gives up waiting for it. Called once. */
  readonly release: () => void
}

/** Bounds how many runs go on at a time. */
export class RunLimit {
  readonly #options: RunLimitOptions
  #taken = 0
  /** Those who wait, the first to come in front. */
  readonly #waiting = new Set<() => void>()

  constructor(options: RunLimitOptions) {
    this.#options = options
  }

  /** @throws AppError `overloaded` where too many wait already */
  enter(): Permit {
    const { maxRuns, maxQueuedRuns } = this.#options
    if (this.#taken < maxRuns) {
      this.#taken++
      return { granted: undefined, release: () => this.#passOn() }
    }
    if (this.#waiting.size >= maxQueuedRuns) {
      const detail = 'Too many replies are being written at the moment. Try again soon.'
      throw new AppError('overloaded', detail, { retry_after_ms: 1_000 })
    }
    const { promise: granted, resolve: grant } = Promise.withResolvers<void>()
    this.#waiting.add(grant)
    const release = () => {
      if (!this.#waiting.delete(grant)) this.#passOn()
    }
    return { granted, release }
  }

  #passOn(): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#taken--
    } else {
      this.#waiting.delete(next)
      next()
    }
  }
}
