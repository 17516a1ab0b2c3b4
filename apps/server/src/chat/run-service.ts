import { randomBytes } from 'node:crypto'
import type { ChatRequest, EventPosition } from '@assistant-ui-proxy/contract'
import type { Logger } from 'pino'
import { AppError } from '../app-error.ts'
import type { Owner } from '../identity/owner.ts'
import type { RunLimit } from '../resilience/run-limit.ts'
import type { ThreadStore } from '../threads/thread-store.ts'
import { openConversation } from './conversation.ts'
import { ReplyWriter } from './reply-writer.ts'
import { Run } from './run.ts'
import type { RunLog } from './run-log.ts'
import { ThreadRuns } from './thread-runs.ts'
import type { Upstream } from './upstream.ts'

export interface RunServiceOptions {
  readonly store: ThreadStore
  readonly upstream: Upstream
  readonly runLog: RunLog
  readonly log: Logger
  readonly limit: RunLimit
  /** How long a reader waits without an answer having begun. */
  readonly patienceMs: number
  /** Whether a reply in a thread goes on when its reader leaves. */
  readonly disconnectPolicy: 'continue' | 'abort'
}

/** Server-sent events as bytes, whole ones each time. */
type Frames = AsyncIterable<Uint8Array>

/** How a run is asked for. */
export interface Asking {
  /** `Idempotency-Key`. */
  readonly key?: string | undefined
  /** Aborts when the reader leaves. */
  readonly signal: AbortSignal
}

/** Sends conversations to the upstream and keeps what comes back. */
export class RunService {
  readonly #options: RunServiceOptions
  readonly #writer: ReplyWriter
  readonly #active = new Set<Run>()
  readonly #threadRuns = new ThreadRuns()
  #isClosed = false

  constructor(options: RunServiceOptions) {
    this.#options = options
    this.#writer = new ReplyWriter(options.store, options.log)
  }

  /**
   * Stores what the user says, then asks the upstream; a request that is sent again joins the run that
   * it began. Resolves with the frames of the reply once it has begun, or when that takes longer than
   * `patienceMs`.
   * @throws AppError for what fails until then; later failures are a terminal `error`
   */
  async start(owner: Owner, request: ChatRequest, { key, signal }: Asking): Promise<Frames> {
    if (this.#isClosed)
      throw new AppError('shutting_down', 'The server is shutting down. Try again in a moment.')
    const { id: threadId } = request
    const begin = () => this.#begin(owner, request, signal)
    const run =
      threadId === undefined
        ? await begin()
        : await this.#threadRuns.claim(owner, { ...request, id: threadId }, key, begin)
    const frames = this.#options.runLog.follow(run.id, 0)
    if (frames === undefined)
      throw new AppError('run_in_progress', 'The reply is too long to join. Read the messages.')
    await waitFor(run.begun, this.#options.patienceMs)
    return frames
  }

  /**
   * The frames of the run that is going in a thread, or what follows an event of its latest one.
   * @returns undefined where there is no such run, or that part of it is not kept any more
   */
  async follow(
    owner: Owner,
    threadId: string,
    after: EventPosition | undefined,
  ): Promise<Frames | undefined> {
    const run = await this.#threadRuns.latest(owner, threadId)
    const isMeant = after === undefined ? run?.status === 'streaming' : run?.id === after.runId
    if (run === undefined || !isMeant) return undefined
    return this.#options.runLog.follow(run.id, after?.sequence ?? 0)
  }

  /**
   * Stops the run that is going in a thread. Resolves when its upstream is closed and its reply stored.
   * @returns whether there was one
   */
  async stop(owner: Owner, threadId: string): Promise<boolean> {
    const run = await this.#threadRuns.latest(owner, threadId)
    if (run?.status !== 'streaming') return false
    run.stop('stopped')
    await run.settled
    return true
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

  async #begin(owner: Owner, request: ChatRequest, signal: AbortSignal): Promise<Run> {
    const { store, limit, runLog, disconnectPolicy } = this.#options
    const leavePlace = await limit.enter(signal)
    try {
      const conversation = await openConversation(store, owner, request)
      const id = createRunId()
      const output = runLog.open(id)
      const writer = this.#writer
      const run = new Run({ ...this.#options, id, owner, conversation, output, writer })
      this.#active.add(run)
      void run.settled.finally(() => {
        this.#active.delete(run)
        leavePlace()
      })
      // Nobody could come back for a reply that is not stored.
      if (disconnectPolicy === 'abort' || !conversation.isStored) stopWith(signal, run)
      return run
    } catch (error) {
      leavePlace()
      throw error
    }
  }
}

/** Short, since every event carries it: 72 random bits. */
function createRunId(): string {
  return randomBytes(9).toString('base64url')
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
