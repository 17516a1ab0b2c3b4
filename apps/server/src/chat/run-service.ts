import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import {
  chunksOfMessage,
  createProblem,
  encodeChunks,
  errorChunk,
  type ChatRequest,
  type EventPosition,
} from '@assistant-ui-proxy/contract'
import type { Logger } from 'pino'
import { AppError, problemOf } from '../app-error.ts'
import type { Owner } from '../identity/owner.ts'
import type { RunLimit } from '../resilience/run-limit.ts'
import {
  RunConflict,
  type Exchange,
  type StoredRun,
  type ThreadStore,
} from '../threads/thread-store.ts'
import type { Attachments } from './attachments.ts'
import { openConversation } from './conversation.ts'
import { GrowingReply } from './growing-reply.ts'
import { ReplyWriter } from './reply-writer.ts'
import { Run } from './run.ts'
import type { Frames, RunLog } from './run-log.ts'
import { assertSameRequest, nameRun, runInProgress, type RunName } from './run-name.ts'
import { ThreadRuns } from './thread-runs.ts'
import { untilOver } from './until-over.ts'
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
  readonly #active = new Set<Run>()
  readonly #threadRuns = new ThreadRuns()
  readonly #beginning = new Set<Promise<Run>>()
  #isClosed = false
  #isInterrupted = false

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
    const name = nameRun(request, key)
    const begin = () => this.#noteBeginning(this.#begin(owner, request, name, signal))
    if (request.id === undefined) return this.#read(await begin())
    try {
      return await this.#read(await this.#threadRuns.claim(owner, request.id, name, begin))
    } catch (error) {
      if (error instanceof RunConflict) return this.#join(owner, request.id, name, error.run)
      throw error
    }
  }

  /**
   * The frames of the run that is going in a thread, or what follows an event of one of its runs.
   * @returns undefined where there is no such run, or that part of it is not kept any more
   */
  async follow(
    owner: Owner,
    threadId: string,
    after: EventPosition | undefined,
  ): Promise<Frames | undefined> {
    const { runLog, store } = this.#options
    const run = await this.#threadRuns.latest(owner, threadId)
    const isMeant = after === undefined ? run?.status === 'streaming' : run?.id === after.runId
    if (run !== undefined && isMeant) return runLog.follow(run.id, after?.sequence ?? 0)
    const elsewhere = await store.findRun(owner, threadId, after?.runId)
    return elsewhere && this.#followElsewhere(owner, threadId, elsewhere, after?.sequence ?? 0)
  }

  /**
   * Stops the run that is going in a thread, whichever server writes it. Resolves when its upstream is
   * closed and its reply stored.
   * @returns whether there was one
   * @throws AppError `run_in_progress` where the server that writes it cannot be asked
   */
  async stop(owner: Owner, threadId: string): Promise<boolean> {
    const { runLog, store } = this.#options
    const run = await this.#threadRuns.latest(owner, threadId)
    if (run !== undefined && this.#active.has(run)) {
      const isStreaming = run.status === 'streaming'
      if (isStreaming) run.stop('stopped')
      await run.settled
      return isStreaming
    }
    const elsewhere = await store.findRun(owner, threadId)
    if (elsewhere === undefined) return false
    if (await runLog.stop(elsewhere.runId)) return true
    throw new AppError(
      'run_in_progress',
      'The reply is written by another server, which does not answer. Try again in a moment.',
      { run_id: elsewhere.runId },
    )
  }

  /**
   * Ends the runs whose servers are gone as `failed`, with what they have.
   * @returns how many there were
   */
  async failAbandoned(): Promise<number> {
    const { store, runLog, serverId } = this.#options
    const problem = createProblem(
      'run_interrupted',
      'The server stopped in the middle of the reply. Try again.',
    )
    const runIds = await store.failAbandoned(serverId, problem)
    const frames = encodeChunks([errorChunk(problem)])
    await Promise.all(runIds.map((runId) => runLog.abandon(runId, frames)))
    return runIds.length
  }

  /** Takes no more runs; those that are going go on. */
  close(): void {
    this.#isClosed = true
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Resolves when no run is going, or about to. */
  async settled(): Promise<void> {
    while (this.#active.size + this.#beginning.size > 0) {
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

  async #read(run: Run): Promise<Frames> {
    const frames = await this.#options.runLog.follow(run.id, 0)
    if (frames === undefined)
      throw new AppError('run_in_progress', 'The reply is too long to join. Read the messages.')
    await waitFor(run.begun, this.#options.patienceMs)
    return frames
  }

  /** The frames of a run that another server writes, or that has ended. */
  async #join(owner: Owner, threadId: string, name: RunName, run: StoredRun): Promise<Frames> {
    assertSameRequest(name, run)
    const frames = await this.#followElsewhere(owner, threadId, run, 0)
    if (frames !== undefined) return frames
    const { store } = this.#options
    const [reply] = await store.findMessages(owner, threadId, [run.replyId])
    if (reply === undefined || reply.status === 'streaming') throw runInProgress(run.runId)
    // Without ids: they would not be those of the run's own events.
    return framesOf(encodeChunks(chunksOfMessage(reply)))
  }

  /**
   * The server that writes a run stores that it begins a moment before it opens its log, and that it has
   * ended a moment before its log ends: it may die in between.
   */
  async #followElsewhere(
    owner: Owner,
    threadId: string,
    { runId, status }: StoredRun,
    after: number,
  ): Promise<Frames | undefined> {
    const { runLog, store } = this.#options
    if (status !== 'streaming') return runLog.follow(runId, after, true)
    for (let left = logOpeningTries; left > 0; left--) {
      const frames = await runLog.follow(runId, after)
      if (frames !== undefined)
        return untilOver(frames, async () => {
          const run = await store.findRun(owner, threadId, runId)
          return run?.status !== 'streaming'
        })
      await delay(logOpeningMs)
    }
    return undefined
  }

  /** @throws AppError what the store throws */
  async #addExchange(
    owner: Owner,
    exchange: Exchange,
    replyId: string,
    runId: string,
  ): Promise<void> {
    try {
      await this.#options.store.addExchange(owner, exchange)
    } catch (error) {
      const problem = problemOf(error)
      // It may have been stored all the same, with a reply that nobody is going to write.
      if (problem?.code === 'storage_unavailable') {
        const reply = new GrowingReply({ owner, messageId: replyId, runId })
        reply.add([errorChunk(problem)], 0)
        this.#writer.finish(reply).catch(() => undefined)
      }
      throw error
    }
  }

  async #begin(
    owner: Owner,
    request: ChatRequest,
    name: RunName,
    signal: AbortSignal,
  ): Promise<Run> {
    const { store, limit, runLog, serverId, disconnectPolicy } = this.#options
    const place = limit.enter()
    try {
      const id = createRunId()
      const claim = { ...name, runId: id, serverId }
      const { conversation, exchange } = await openConversation(store, owner, request, claim)
      if (exchange !== undefined) await this.#addExchange(owner, exchange, conversation.replyId, id)
      const isShared = conversation.isStored
      const output = runLog.open(id, { onStop: () => run.stop('stopped'), isShared })
      const writer = this.#writer
      const run = new Run({ ...this.#options, id, owner, conversation, place, output, writer })
      this.#active.add(run)
      void run.settled.finally(() => {
        this.#active.delete(run)
        place.leave()
      })
      if (this.#isInterrupted) run.stop('shutdown')
      // Nobody could come back for a reply that is not stored.
      if (disconnectPolicy === 'abort' || !conversation.isStored) stopWith(signal, run)
      return run
    } catch (error) {
      place.leave()
      throw error
    }
  }
}

/** So often, and so far apart, is a log looked for that is about to be opened. */
const logOpeningTries = 10
const logOpeningMs = 30

/** Short, since every event carries it: 72 of the random bits of a UUID, which Node has in stock. */
function createRunId(): string {
  const uuid = randomUUID()
  return Buffer.from(uuid.slice(0, 8) + uuid.slice(-10), 'hex').toString('base64url')
}

function framesOf(frames: string): Frames {
  return { read: async (sink) => sink(Buffer.from(frames)), leave: () => undefined }
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
