import { randomUUID } from 'node:crypto'
import type { ChatRequest, EventPosition } from '@assistant-ui-proxy/contract'
import type { Logger } from 'pino'
import { AppError, problemOf } from '../app-error.ts'
import type { Owner } from '../identity/owner.ts'
import { RunConflict, type ThreadStore } from '../threads/thread-store.ts'
import type { Attachments } from './attachments.ts'
import { storeConversation } from './store-conversation.ts'
import { StoredRuns } from './stored-runs.ts'
import { ReplyWriter } from './reply-writer.ts'
import { Run } from './run.ts'
import type { RunLimit } from './run-limit.ts'
import type { RunLog, RunLogReader } from './run-log.ts'
import { nameRun, notFollowed, type RunName } from './run-name.ts'
import { ThreadRuns } from './thread-runs.ts'
import type { Upstream } from './upstream.ts'

export interface RunServiceOptions {
  readonly store: ThreadStore
  readonly upstream: Upstream
  readonly runLog: RunLog
  readonly log: Logger
  readonly limit: RunLimit
  /** Names this server beside others at the same store. */
  readonly serverId: string
  /** Undefined where none are kept. */
  readonly files: Attachments | undefined
  /** How long a reader waits without an answer having begun. */
  readonly patienceMs: number
  /** Whether a reply in a thread goes on when its reader leaves. */
  readonly disconnectPolicy: 'continue' | 'abort'
}

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
  readonly #storedRuns: StoredRuns
  readonly #active = new Set<Run>()
  readonly #threadRuns = new ThreadRuns()
  readonly #beginning = new Set<Promise<Run>>()
  #isClosed = false
  #isInterrupted = false

  constructor(options: RunServiceOptions) {
    this.#options = options
    this.#writer = new ReplyWriter(options.store, options.log)
    this.#storedRuns = new StoredRuns(options.store, options.runLog)
  }

  /**
   * Stores what the user says, then asks the upstream; a request that is sent again joins the run that
   * it began. Resolves with the frames of the reply once it has begun, or when that takes longer than
   * `patienceMs`.
   * @throws AppError for what fails until then; later failures are a terminal `error`
   */
  async start(owner: Owner, request: ChatRequest, { key, signal }: Asking): Promise<RunLogReader> {
    if (this.#isClosed)
      throw new AppError('shutting_down', 'The server is shutting down. Try again in a moment.')
    const name = nameRun(request, key)
    const begin = () => this.#noteBeginning(this.#begin(owner, request, name))
    const { store } = this.#options
    const { id: threadId } = request
    if (threadId === undefined) {
      const run = await begin()
      const reader = await this.#read(run, signal)
      if (reader !== undefined) return reader
      throw notFollowed(run.id)
    }
    try {
      const isKept = async () => (await store.getThread(owner, threadId)) !== undefined
      const run = await this.#threadRuns.claim(owner, threadId, name, begin, isKept)
      const reader = await this.#read(run, signal)
      if (reader !== undefined) return reader
      // Of a long reply that has ended the store has what the log has not kept.
      const stored = await store.findRun(owner, threadId, run.id)
      if (stored === undefined || stored.status === 'streaming') throw notFollowed(run.id)
      return await this.#storedRuns.join(owner, threadId, request, name, stored)
    } catch (error) {
      if (error instanceof RunConflict)
        return this.#storedRuns.join(owner, threadId, request, name, error.run)
      throw error
    }
  }

  /**
   * The frames of the run that is going in a thread, or what follows an event of one of its runs.
   * @returns undefined where there is no such run, or it has ended and that part is not kept any more
   * @throws AppError `run_in_progress` where it goes on and that part is not kept any more
   */
  async follow(
    owner: Owner,
    threadId: string,
    after: EventPosition | undefined,
  ): Promise<RunLogReader | undefined> {
    const run = await this.#threadRuns.latest(owner, threadId)
    const isMeant = after === undefined ? run?.status === 'streaming' : run?.id === after.runId
    if (run === undefined || !isMeant) return this.#storedRuns.follow(owner, threadId, after)
    const reader = await this.#options.runLog.follow(run.id, after?.sequence ?? 0)
    if (reader === undefined && run.status === 'streaming') throw notFollowed(run.id)
    return reader
  }

  /**
   * Stops the run that is going in a thread, whichever server writes it. Resolves when its upstream is
   * closed and its reply stored.
   * @returns whether there was one
   * @throws AppError `run_in_progress` where the server that writes it cannot be asked
   */
  async stop(owner: Owner, threadId: string): Promise<boolean> {
    const run = await this.#threadRuns.latest(owner, threadId)
    if (run === undefined || !this.#active.has(run)) return this.#storedRuns.stop(owner, threadId)
    const isStreaming = run.status === 'streaming'
    if (isStreaming) run.stop('stopped')
    await run.settled
    return isStreaming
  }

  /**
   * Stops what is written in threads that are about to be deleted. A server that does not answer finds
   * out by itself that there is nothing to write to any more.
   */
  async endIn(owner: Owner, threadIds: readonly string[]): Promise<void> {
    const end = async (threadId: string) => {
      try {
        await this.stop(owner, threadId)
      } catch (error) {
        if (problemOf(error)?.code !== 'run_in_progress') throw error
      }
    }
    await Promise.all(threadIds.map(end))
  }

  /** Knows nothing any more of a thread that was deleted, or of any of an owner who was. */
  forget(owner: Owner, threadId?: string): void {
    // Those that began while it was deleted have nowhere to be stored.
    for (const starting of this.#threadRuns.forget(owner, threadId))
      starting.then(
        (run) => run.stop('stopped'),
        () => undefined,
      )
  }

  /** Takes no more runs; those that are going go on. */
  close(): void {
    this.#isClosed = true
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** How many runs are going, or about to. */
  get size(): number {
    return this.#active.size + this.#beginning.size
  }

  /** Resolves when none is. */
  async settled(): Promise<void> {
    while (this.size > 0) {
      await Promise.allSettled(this.#beginning)
      await Promise.all([...this.#active].map((run) => run.settled))
    }
  }

  /** Ends every run that is going, or is about to, as `failed`, with what it has. */
  interruptAll(): void {
    this.#isInterrupted = true
    for (const run of this.#active) run.stop('shutdown')
  }

  #noteBeginning(beginning: Promise<Run>): Promise<Run> {
    this.#beginning.add(beginning)
    return beginning.finally(() => this.#beginning.delete(beginning))
  }

  /** @returns undefined where its beginning is not kept any more */
  async #read(run: Run, signal: AbortSignal): Promise<RunLogReader | undefined> {
    const { runLog, patienceMs } = this.#options
    const reader = await runLog.follow(run.id, run.prefaceEnd)
    if (reader === undefined) return undefined
    const leave = () => reader.leave()
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
    await waitFor(run.begun, patienceMs)
    return reader
  }

  async #begin(owner: Owner, request: ChatRequest, name: RunName): Promise<Run> {
    const { store, limit, runLog, serverId, disconnectPolicy } = this.#options
    const permit = limit.enter()
    try {
      const id = createRunId()
      const claim = { ...name, runId: id, serverId }
      const writer = this.#writer
      const conversation = await storeConversation(store, writer, owner, request, claim)
      const isShared = conversation.isStored
      const output = runLog.open(id, {
        onStop: () => run.stop('stopped'),
        onUnread: () => {
          // Nobody could come back for a reply that is not stored.
          if (disconnectPolicy === 'abort' || !isShared) run.stop('left')
        },
        isShared,
      })
      const run = new Run({ ...this.#options, id, owner, conversation, permit, output, writer })
      this.#active.add(run)
      void run.settled.finally(() => {
        this.#active.delete(run)
        permit.release()
      })
      if (this.#isInterrupted) run.stop('shutdown')
      return run
    } catch (error) {
      permit.release()
      throw error
    }
  }
}

/** 72 random bits in 12 characters, since every event carries it. Node has a UUID's bytes drawn already. */
function createRunId(): string {
  const uuid = randomUUID()
  return Buffer.from(uuid.slice(0, 8) + uuid.slice(-10), 'hex').toString('base64url')
}

/** Resolves with the promise, or after so many ms without it. @throws what it rejects with by then */
async function waitFor(promise: Promise<void>, ms: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  await Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
