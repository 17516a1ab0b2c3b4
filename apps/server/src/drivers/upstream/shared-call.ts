import { orAborted } from '../../resilience/or-aborted.ts'

interface Going<Result> {
  readonly result: Promise<Result>
  readonly controller: AbortController
  waiting: number
}

/** A call that all who ask at once wait for together. It is given up when the last of them leaves. */
export class SharedCall<Result> {
  readonly #call: (signal: AbortSignal) => Promise<Result>
  #going: Going<Result> | undefined

  constructor(call: (signal: AbortSignal) => Promise<Result>) {
    this.#call = call
  }

  /** @throws the signal's reason where it aborts first, and what the call throws */
  async join(signal: AbortSignal): Promise<Result> {
    signal.throwIfAborted()
    const going = (this.#going ??= this.#begin())
    going.waiting++
    try {
      return await orAborted(going.result, signal)
    } finally {
      if (--going.waiting === 0) going.controller.abort()
    }
  }

  #begin(): Going<Result> {
    const controller = new AbortController()
    const going = { result: this.#call(controller.signal), controller, waiting: 0 }
    const end = () => {
      if (this.#going === going) this.#going = undefined
    }
    // Who asks after it has ended, or was given up, begins anew.
    controller.signal.addEventListener('abort', end, { once: true })
    going.result.then(end, end)
    return going
  }
}
