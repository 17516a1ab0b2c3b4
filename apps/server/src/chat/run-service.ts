import { randomUUID } from 'node:crypto'
import type { ChatRequest } from '@assistant-ui-proxy/contract'
import type { Logger } from 'pino'
import { AppError } from '../app-error.ts'
import type { Owner } from '../identity/owner.ts'
import type { RunLimit } from '../resilience/run-limit.ts'
import type { ThreadStore } from '../threads/thread-store.ts'
import { openConversation } from './conversation.ts'
import { ReplyWriter } from './reply-writer.ts'
import { Run } from './run.ts'
import type { RunLog } from './run-log.ts'
import type { Upstream } from './upstream.ts'

export interface RunServiceOptions {
  readonly store: ThreadStore
  readonly upstream: Upstream
  readonly runLog: RunLog
  readonly log: Logger
  readonly limit: RunLimit
  /** How long a reader waits without an answer having begun. */
  readonly patienceMs: number
}

/** Sends conversations to the upstream and keeps what comes back. */
export class RunService {
  readonly #options: RunServiceOptions
  readonly #writer: ReplyWriter
  readonly #active = new Set<Run>()
  #isClosed = false

  constructor(options: RunServiceOptions) {
    this.#options = options
    this.#writer = new ReplyWriter(options.store, options.log)
  }

  /**
   * Stores what the user says, then asks the upstream. Resolves with the frames of the reply once it
   * has begun, or when that takes longer than `patienceMs`.
   * @param signal aborts when the reader leaves; the reply is kept as far as it came, as `stopped`
   * @throws AppError for what fails until then; later failures are a terminal `error`
   */
  async start(
    owner: Owner,
    request: ChatRequest,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>> {
    if (this.#isClosed)
      throw new AppError('shutting_down', 'The server is shutting down. Try again in a moment.')
    const leavePlace = await this.#options.limit.enter(signal)
    try {
      const conversation = await openConversation(this.#options.store, owner, request)
      const output = this.#options.runLog.open(randomUUID())
      const frames = output.follow()
      const run = new Run({ ...this.#options, owner, conversation, output, writer: this.#writer })
      this.#track(run, leavePlace)
      stopWith(signal, run)
      await waitFor(run.begun, this.#options.patienceMs)
      return frames
    } catch (error) {
      leavePlace()
      throw error
    }
  }

  /** Takes no more runs; those that are going go on. */
  close(): void {
    this.#isClosed = true
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Resolves when no run is going. */
  async settled(): Promise<void> {
    await Promise.all([...this.#active].map((run) => run.settled))
  }

  /** Ends every run that is going as `failed`, with what it has. */
  interruptAll(): void {
    for (const run of this.#active) run.stop('shutdown')
  }

  #track(run: Run, leavePlace: () => void): void {
    this.#active.add(run)
    void run.settled.finally(() => {
      this.#active.delete(run)
      leavePlace()
    })
  }
}

function stopWith(signal: AbortSignal, run: Run): void {
  const stop = () => run.stop('left')
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
}

/** Resolves with the promise, or after so many ms without it. @throws what it rejects with by then */
async function waitFor(promise: Promise<void>, ms: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  await Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
