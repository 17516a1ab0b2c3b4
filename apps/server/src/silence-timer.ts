/**
 * Calls back after a silence, and again after each further one of that length. A sign of life costs a
 * look at the clock; to move a timer each time would be a thirtieth of all that a chunk costs.
 */
export class SilenceTimer {
  readonly #ms: number
  readonly #onSilence: () => void
  #lastAt = performance.now()
  #timer: NodeJS.Timeout

  constructor(ms: number, onSilence: () => void) {
    this.#ms = ms
    this.#onSilence = onSilence
    this.#timer = setTimeout(this.#look, ms)
  }

  /** There was a sign of life. */
  note(): void {
    this.#lastAt = performance.now()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  readonly #look = () => {
    const leftMs = this.#lastAt + this.#ms - performance.now()
    this.#timer = setTimeout(this.#look, leftMs > 0 ? leftMs : this.#ms)
    if (leftMs > 0) return
    this.note()
    this.#onSilence()
  }
}
