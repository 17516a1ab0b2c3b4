import {
  encodeChunks,
  errorChunk,
  isTerminal,
  ProblemError,
  type MessageStatus,
  type Problem,
  type TerminalChunk,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import type { Logger } from 'pino'
import { AppError, interrupted, maskedProblem, problemOf } from '../app-error.ts'
import type { Owner } from '../identity/owner.ts'
import { orAborted } from '../resilience/or-aborted.ts'
import type { Attachments } from './attachments.ts'
import type { Conversation } from './conversation.ts'
import { GrowingReply } from './growing-reply.ts'
import type { ReplyWriter } from './reply-writer.ts'
import type { Permit } from './run-limit.ts'
import type { RunLogWriter } from './run-log.ts'
import { goesOnAsItIs, readUpstreamBatch } from './upstream-batch.ts'
import type { Batch, Upstream } from './upstream.ts'

/**
 * Of a reply that is kept, in UTF-16 units of its events: half a million tokens, each in one of its own. At
 * its end it is put together and written at once: one of twice this length may take a database longer than it
 * may, again and again.
 */
const maxKeptLength = 33_554_432

export type StopReason = 'left' | 'stopped' | 'shutdown' | 'ended'

export interface RunOptions {
  readonly id: string
  readonly owner: Owner
  readonly conversation: Conversation
  readonly permit: Permit
  /** Undefined where none are kept. */
  readonly files: Attachments | undefined
  readonly upstream: Upstream
  readonly writer: ReplyWriter
  readonly output: RunLogWriter
  readonly log: Logger
}

/**
 * One reply in the making. Its frames begin with `start` and end with `finish`, `abort` or `error`; by
 * the time the terminal one is out, the reply is stored.
 */
export class Run {
  readonly id: string
  /** The last event of what was there before: those who asked for the run are given what follows it. */
  readonly prefaceEnd: number
  readonly #replyId: string
  readonly #log: Logger
  // What every batch takes: none of it is looked up in others.
  readonly #output: RunLogWriter
  readonly #writer: ReplyWriter
  readonly #controller = new AbortController()
  readonly #begun = Promise.withResolvers<void>()
  /** Undefined: nothing of it is kept. */
  readonly #kept: GrowingReply | undefined
  #hasBegun = false
  #status: MessageStatus = 'streaming'
  #sequence = 1
  #length = 0
  /** Whether it is stored as it ended. */
  #isFinal = true
  /** From the terminal chunk on; resolves when the reply is stored. */
  #ending: Promise<void> | undefined
  /** Resolves when the reply has ended and is stored. */
  readonly settled: Promise<void>

  constructor(options: RunOptions) {
    const { id, owner, conversation, output, writer, log } = options
    this.id = id
    this.#replyId = conversation.replyId
    this.#log = log
    this.#output = output
    this.#writer = writer
    const { preface = [] } = conversation
    this.prefaceEnd = preface.length
    // It is stored already, and does not begin the answer.
    if (preface.length > 0) output.append(this.#encode(preface))
    if (conversation.isStored)
      this.#kept = new GrowingReply({ owner, messageId: conversation.replyId, runId: id })
    // It may fail before anybody waits for it: those who come later find the failure in the log.
    this.#begun.promise.catch(() => undefined)
    this.settled = this.#go(options)
  }

  /** How far the reply has come. */
  get status(): MessageStatus {
    return this.#status
  }

  /** Resolves with the first chunk. @throws AppError for what failed before it */
  get begun(): Promise<void> {
    return this.#begun.promise
  }

  /** Closes the upstream. What has come is kept. */
  stop(reason: StopReason): void {
    this.#controller.abort(reason)
  }

  /** @param options let go of at the end: those who remember the run need no conversation */
  async #go(options: RunOptions): Promise<void> {
    try {
      await this.#read(options)
    } catch (error) {
      await this.#fail(error)
    } finally {
      this.#output.end(this.#isFinal)
    }
  }

  async #read({ owner, conversation, files, upstream, permit }: RunOptions): Promise<void> {
    const { signal } = this.#controller
    if (permit.granted !== undefined) await orAborted(permit.granted, signal)
    const messages = (await files?.inline(owner, conversation.messages)) ?? conversation.messages
    const request = { ...conversation, messages }
    try {
      await upstream.stream(request, (batch) => this.#take(batch), signal)
    } catch (error) {
      // What comes after the end does not matter any more.
      if (this.#ending === undefined) throw error
    }
    if (this.#ending === undefined)
      throw new AppError('upstream_interrupted', 'The upstream ended before the reply was whole.')
    await this.#ending
  }

  /** @throws AppError for an error that the upstream tells of in the stream, and past the limit */
  #take(batch: Batch): Promise<void> | undefined {
    if (this.#ending !== undefined) return undefined
    if (this.#hasBegun && goesOnAsItIs(batch)) return this.#give(batch)
    const { chunks, problem } = readUpstreamBatch(batch, this.#hasBegun, this.#replyId)
    const last = chunks.at(-1)
    if (last !== undefined && isTerminal(last)) {
      // An upstream that does not end of itself by then is closed.
      this.#ending = this.#end(chunks, last).then(() => this.stop('ended'))
      return undefined
    }
    const room = last && this.#give(chunks)
    if (problem === undefined) return room
    // Nothing more comes that would wait for it.
    room?.catch(() => undefined)
    throw new AppError(problem.code, problem.detail)
  }

  async #fail(error: unknown): Promise<void> {
    const problem = this.#problemFor(error)
    const end: TerminalChunk = problem ? errorChunk(problem) : { type: 'abort' }
    const start = { type: 'start' as const, messageId: this.#replyId }
    const chunks = this.#hasBegun ? [end] : [start, end]
    await this.#end(chunks, end, problem && new ProblemError(problem, { cause: error }))
  }

  /**
   * The reply is stored before anybody hears that it has ended.
   * @param failure what those hear who wait for the reply to begin, if it has not
   */
  async #end(
    chunks: readonly UIMessageChunk[],
    last: TerminalChunk,
    failure?: ProblemError,
  ): Promise<void> {
    this.#status = statusAfter[last.type]
    const frames = this.#encode(chunks)
    const problem = await this.#keep(chunks, frames.length)
    if (problem) {
      // Who asks again is to have what is stored by then.
      this.#status = 'failed'
      this.#isFinal = false
    }
    if (failure !== undefined && !this.#hasBegun) this.#begun.reject(failure)
    void this.#append(problem ? this.#encode([errorChunk(problem)]) : frames)
  }

  #give(chunks: readonly UIMessageChunk[]): Promise<void> | undefined {
    if (this.#length > maxKeptLength && this.#kept) throw tooLong()
    const frames = this.#encode(chunks)
    this.#length += frames.length
    this.#kept?.add(chunks, frames.length)
    const room = this.#append(frames)
    const saved = this.#kept && this.#writer.note(this.#kept)
    return room && saved ? Promise.all([room, saved]).then(() => undefined) : (room ?? saved)
  }

  #encode(chunks: readonly UIMessageChunk[]): string {
    const frames = encodeChunks(chunks, { runId: this.id, sequence: this.#sequence })
    this.#sequence += chunks.length
    return frames
  }

  #append(frames: string): Promise<void> | undefined {
    const room = this.#output.append(frames)
    if (!this.#hasBegun) this.#begun.resolve()
    this.#hasBegun = true
    return room
  }

  /** @returns undefined where it was stopped */
  #problemFor(error: unknown): Problem | undefined {
    const { signal } = this.#controller
    if (signal.reason === ('shutdown' satisfies StopReason)) return interrupted()
    if (signal.aborted) return undefined
    const problem = problemOf(error)
    if (problem === undefined) {
      this.#log.error({ err: error }, 'a run failed unexpectedly')
      return maskedProblem()
    }
    const { code, detail } = problem
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : undefined
    this.#log.warn({ reply_id: this.#replyId, code, detail, cause }, 'a reply failed')
    return problem
  }

  /** @returns why it could not be kept */
  async #keep(chunks: readonly UIMessageChunk[], size: number): Promise<Problem | undefined> {
    if (this.#kept === undefined) return undefined
    try {
      this.#kept.add(chunks, size)
      await this.#writer.finish(this.#kept)
      return undefined
    } catch (error) {
      const line = { err: error, reply_id: this.#replyId }
      this.#log.error(line, 'the end of a reply was not stored')
      return problemOf(error) ?? maskedProblem()
    }
  }
}

function tooLong(): AppError {
  const limit = `${maxKeptLength / 1_048_576} MiB`
  return new AppError('upstream_protocol', `The reply is longer than can be kept: ${limit}.`)
}

const statusAfter = { finish: 'complete', abort: 'stopped', error: 'failed' } as const
