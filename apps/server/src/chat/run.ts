import {
  accumulate,
  createProblem,
  encodeChunks,
  type MessageStatus,
  type Problem,
  type Reply,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import type { Logger } from 'pino'
import { AppError, maskedProblem, problemOf } from '../app-error.ts'
import type { Owner } from '../identity/owner.ts'
import type { Conversation } from './conversation.ts'
import type { ReplyWriter } from './reply-writer.ts'
import type { RunLogWriter } from './run-log.ts'
import { readUpstreamBatch } from './upstream-batch.ts'
import type { Upstream } from './upstream.ts'

export type StopReason = 'left' | 'stopped' | 'shutdown'

export interface RunOptions {
  readonly id: string
  readonly owner: Owner
  readonly conversation: Conversation
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
  readonly #options: RunOptions
  readonly #controller = new AbortController()
  readonly #begun = Promise.withResolvers<void>()
  #reply: Reply
  #sequence = 1
  /** Resolves when the reply has ended and is stored. */
  readonly settled: Promise<void>

  constructor(options: RunOptions) {
    this.#options = options
    this.#reply = options.conversation.reply
    // Who asks later than the failure reads of it in the frames.
    this.#begun.promise.catch(() => undefined)
    this.settled = this.#go()
  }

  get id(): string {
    return this.#options.id
  }

  /** How far the reply has come. */
  get status(): MessageStatus {
    return this.#reply.status
  }

  /** Resolves with the first chunk. @throws AppError for what failed before it */
  get begun(): Promise<void> {
    return this.#begun.promise
  }

  /** Closes the upstream. What has come is kept. */
  stop(reason: StopReason): void {
    this.#controller.abort(reason)
  }

  async #go(): Promise<void> {
    try {
      await this.#read()
    } catch (error) {
      await this.#fail(error)
    } finally {
      this.#options.output.end()
    }
  }

  async #read(): Promise<void> {
    const { owner, conversation, upstream, writer } = this.#options
    const { replyId, isStored } = conversation
    for await (const batch of upstream.stream(conversation, this.#controller.signal)) {
      const { chunks, problem } = readUpstreamBatch(batch, this.#reply, replyId)
      if (chunks.length > 0) {
        this.#reply = accumulate(this.#reply, chunks)
        if (this.#reply.status !== 'streaming') return this.#end(chunks)
        if (isStored) writer.note(owner, replyId, this.#reply)
        const room = this.#give(chunks)
        if (room !== undefined) await room
      }
      if (problem) throw new AppError(problem.code, problem.detail)
    }
    throw new AppError('upstream_interrupted', 'The upstream ended before the reply was whole.')
  }

  async #fail(error: unknown): Promise<void> {
    const hasBegun = this.#reply.id !== undefined
    const end = this.#endFor(error)
    this.#reply = accumulate(this.#reply, [end])
    if (!hasBegun && end.type === 'error') this.#begun.reject(error)
    const { replyId } = this.#options.conversation
    await this.#end(hasBegun ? [end] : [{ type: 'start', messageId: replyId }, end])
  }

  /** The reply is stored before anybody reads that it has ended. */
  async #end(chunks: readonly UIMessageChunk[]): Promise<void> {
    const isKept = await this.#keep()
    void this.#give(isKept ? chunks : [errorChunk(maskedProblem())])
  }

  #give(chunks: readonly UIMessageChunk[]): Promise<void> | undefined {
    const { id, output } = this.#options
    const frames = encodeChunks(chunks, { runId: id, sequence: this.#sequence })
    this.#sequence += chunks.length
    const room = output.append(frames, chunks.length)
    this.#begun.resolve()
    return room
  }

  #endFor(error: unknown): UIMessageChunk {
    const { signal } = this.#controller
    if (signal.reason === ('shutdown' satisfies StopReason))
      return errorChunk(
        createProblem(
          'run_interrupted',
          'The server was stopped in the middle of the reply. Try again.',
        ),
      )
    if (signal.aborted) return { type: 'abort' }
    const problem = problemOf(error)
    if (problem === undefined) this.#options.log.error({ err: error }, 'a run failed unexpectedly')
    return errorChunk(problem ?? maskedProblem())
  }

  async #keep(): Promise<boolean> {
    const { owner, conversation, writer, log } = this.#options
    if (!conversation.isStored) return true
    try {
      await writer.finish(owner, conversation.replyId, this.#reply)
      return true
    } catch (error) {
      log.error({ err: error, reply_id: conversation.replyId }, 'the end of a reply was not stored')
      return false
    }
  }
}

function errorChunk(problem: Problem): UIMessageChunk {
  return { type: 'error', errorText: JSON.stringify(problem) }
}
