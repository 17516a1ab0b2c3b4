import {
  accumulate,
  createProblem,
  type ChatRequest,
  type Reply,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import type { Logger } from 'pino'
import { AppError, maskedProblem, problemOf } from '../app-error.ts'
import type { Owner } from '../identity/owner.ts'
import type { ThreadStore } from '../threads/thread-store.ts'
import type { RunLimit } from '../resilience/run-limit.ts'
import { openConversation, type Conversation } from './conversation.ts'
import { ReplyWriter } from './reply-writer.ts'
import { readUpstreamBatch } from './upstream-batch.ts'
import type { Upstream } from './upstream.ts'

/**
 * The batches of one reply: the first begins with `start`, the last ends with `finish`, `abort` or
 * `error`. By the time the terminal chunk is given, the reply is stored.
 */
export type Run = AsyncGenerator<readonly UIMessageChunk[], void, undefined>

type AbortReason = 'left' | 'shutdown'

interface ActiveRun {
  readonly controller: AbortController
  readonly settled: Promise<void>
}

export interface RunServiceOptions {
  readonly store: ThreadStore
  readonly upstream: Upstream
  readonly log: Logger
  readonly limit: RunLimit
  /** How long a reader waits without an answer having begun. */
  readonly patienceMs: number
}

/** Sends conversations to the upstream and keeps what comes back. */
export class RunService {
  readonly #store: ThreadStore
  readonly #upstream: Upstream
  readonly #log: Logger
  readonly #limit: RunLimit
  readonly #patienceMs: number
  readonly #writer: ReplyWriter
  readonly #active = new Set<ActiveRun>()
  #isClosed = false

  constructor({ store, upstream, log, limit, patienceMs }: RunServiceOptions) {
    this.#store = store
    this.#upstream = upstream
    this.#log = log
    this.#limit = limit
    this.#patienceMs = patienceMs
    this.#writer = new ReplyWriter(store, log)
  }

  /**
   * Stores what the user says, then asks the upstream. Resolves with its first chunks, or without any
   * when they take longer than `patienceMs`.
   * @param signal aborts when the reader leaves; the reply is kept as far as it came, as `stopped`
   * @throws AppError for what fails until then; later failures are a terminal `error`
   */
  async start(owner: Owner, request: ChatRequest, signal: AbortSignal): Promise<Run> {
    if (this.#isClosed)
      throw new AppError('shutting_down', 'The server is shutting down. Try again in a moment.')
    const leavePlace = await this.#limit.enter(signal)
    try {
      return await this.#begin(owner, request, signal, leavePlace)
    } catch (error) {
      leavePlace()
      throw error
    }
  }

  async #begin(
    owner: Owner,
    request: ChatRequest,
    signal: AbortSignal,
    leavePlace: () => void,
  ): Promise<Run> {
    const conversation = await openConversation(this.#store, owner, request)
    const controller = new AbortController()
    const leave = () => controller.abort('left' satisfies AbortReason)
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
    const answer = { begun: false }
    const run = this.#stream(owner, conversation, controller, answer, leavePlace)
    const first = run.next()
    answer.begun = await takesLongerThan(this.#patienceMs, first)
    return resume(first, run)
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
    for (const { controller } of this.#active) controller.abort('shutdown' satisfies AbortReason)
  }

  async *#stream(
    owner: Owner,
    conversation: Conversation,
    controller: AbortController,
    answer: { readonly begun: boolean },
    leavePlace: () => void,
  ): Run {
    const { signal } = controller
    const { promise: settled, resolve: settle } = Promise.withResolvers<void>()
    const active = { controller, settled }
    this.#active.add(active)
    const { replyId, isStored } = conversation
    let reply = conversation.reply
    const keep = () => (isStored ? this.#keep(owner, replyId, reply) : true)
    try {
      for await (const batch of this.#upstream.stream(conversation, signal)) {
        const { chunks, problem } = readUpstreamBatch(batch, reply, replyId)
        if (chunks.length > 0) {
          reply = accumulate(reply, chunks)
          if (reply.status !== 'streaming') {
            yield (await keep()) ? chunks : [errorChunk(maskedProblem())]
            return
          }
          if (isStored) this.#writer.note(owner, replyId, reply)
          yield chunks
        }
        if (problem) throw new AppError(problem.code, problem.detail)
      }
      throw new AppError('upstream_interrupted', 'The upstream ended before the reply was whole.')
    } catch (error) {
      const begun = reply.id !== undefined
      const end = this.#endFor(error, signal)
      reply = accumulate(reply, [end])
      await keep()
      if (begun) yield [end]
      else if (answer.begun || end.type === 'abort')
        yield [{ type: 'start', messageId: replyId }, end]
      else throw error
    } finally {
      // The reader left while a batch was in its hands: nothing was thrown in here.
      if (reply.status === 'streaming') {
        reply = accumulate(reply, [this.#endFor(undefined, signal)])
        await keep()
      }
      this.#active.delete(active)
      leavePlace()
      settle()
    }
  }

  #endFor(error: unknown, signal: AbortSignal): UIMessageChunk {
    if (signal.reason === ('shutdown' satisfies AbortReason))
      return errorChunk(
        createProblem(
          'run_interrupted',
          'The server was stopped in the middle of the reply. Try again.',
        ),
      )
    if (signal.aborted || error === undefined) return { type: 'abort' }
    const problem = problemOf(error)
    if (problem === undefined) this.#log.error({ err: error }, 'a run failed unexpectedly')
    return errorChunk(problem ?? maskedProblem())
  }

  async #keep(owner: Owner, replyId: string, reply: Reply): Promise<boolean> {
    try {
      await this.#writer.finish(owner, replyId, reply)
      return true
    } catch (error) {
      this.#log.error({ err: error, reply_id: replyId }, 'the end of a reply was not stored')
      return false
    }
  }
}

/** @throws what the promise rejects with, if it does so in time */
async function takesLongerThan(ms: number, promise: Promise<unknown>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<true>()
  const timer = setTimeout(resolve, ms, true)
  const isLate = promise.then(() => false)
  return Promise.race([isLate, late]).finally(() => clearTimeout(timer))
}

/** A run whose first batch is under way. */
async function* resume(first: ReturnType<Run['next']>, rest: Run): Run {
  try {
    const { done, value } = await first
    if (done === true) return
    yield value
    yield* rest
  } finally {
    await rest.return()
  }
}

function errorChunk(problem: ReturnType<typeof createProblem>): UIMessageChunk {
  return { type: 'error', errorText: JSON.stringify(problem) }
}
