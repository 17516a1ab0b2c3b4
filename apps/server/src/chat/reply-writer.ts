import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import { errorChunk, isTerminal } from '@assistant-ui-proxy/contract'
import type { Logger } from 'pino'
import { maskedProblem, problemOf } from '../app-error.ts'
import type { ThreadStore } from '../threads/thread-store.ts'
import type { GrowingReply } from './growing-reply.ts'

/** Storage may be 250 ms behind a reply; the rest is for the write itself, and for a machine that is busy. */
const flushIntervalMs = 100
/** Where the replies fill more than one write, half as many writes are worth more. */
const busyFlushIntervalMs = 200
/** A storage that is not available is tried again so much later. */
const retryIntervalMs = 1_000
/** A reply of which so much is not stored yet waits for storage, about in bytes. */
const unsavedLimit = 262_144
/** So many in a transaction: streams wait while a database that is part of this process writes. */
const repliesPerWrite = 64
const endsPerWrite = 16

/** Why some could not be stored. */
type Failures = ReadonlyMap<GrowingReply, unknown>

interface Ending {
  readonly replies: GrowingReply[]
  readonly written: Promise<Failures>
}

/**
 * Stores growing replies: one timer and few transactions for all that grow at the moment, so a chunk
 * costs no write. Replies that end together are stored together.
 */
export class ReplyWriter {
  readonly #store: Pick<ThreadStore, 'saveReplies'>
  readonly #log: Logger
  #dirty = new Set<GrowingReply>()
  #timer: NodeJS.Timeout | undefined
  #flushing: Promise<void> | undefined
  #intervalMs = flushIntervalMs
  #ending: Ending | undefined
  /** One write after another: an earlier state must not land on top of a later one. */
  #writing: Promise<unknown> = Promise.resolve()

  constructor(store: Pick<ThreadStore, 'saveReplies'>, log: Logger) {
    this.#store = store
    this.#log = log
  }

  /**
   * Notes that a reply has grown.
   * @returns undefined, or what resolves when so much has been stored that more may come, and rejects with
   * what the store throws where it does not take it
   */
  note(reply: GrowingReply): Promise<void> | undefined {
    if (!reply.isQueued) this.#queue(reply)
    return reply.size > unsavedLimit ? this.#untilSaved(reply) : undefined
  }

  /**
   * Stores a reply that has ended. Resolves when it is kept.
   * @throws what the store throws. Where it was not available, the end is kept as soon as it is; where it
   * does not take the end, the reply is kept as `failed`, as far as it was stored
   */
  async finish(reply: GrowingReply): Promise<void> {
    this.#dirty.delete(reply)
    if (this.#ending === undefined || this.#ending.replies.length >= endsPerWrite)
      this.#ending = this.#gather()
    this.#ending.replies.push(reply)
    const failures = await this.#ending.written
    const failure = failures.get(reply) ?? reply.refusal
    if (failure !== undefined) throw failure
  }

  async #untilSaved(reply: GrowingReply): Promise<void> {
    await this.#flush()
    while (reply.size > unsavedLimit) {
      if (reply.refusal !== undefined) throw reply.refusal
      // A storage that is not available is tried again meanwhile.
      await delay(retryIntervalMs, undefined, { ref: false })
    }
  }

  #queue(reply: GrowingReply): void {
    reply.isQueued = true
    this.#dirty.add(reply)
    this.#arm()
  }

  #arm(sinceMs = performance.now()): void {
    if (this.#timer !== undefined) return
    const delayMs = Math.max(0, sinceMs + this.#intervalMs - performance.now())
    // This timer alone must not keep the process alive.
    this.#timer = setTimeout(() => void this.#flush(), delayMs).unref()
  }

  /** Those that end until it is their turn to be written. */
  #gather(): Ending {
    const replies: GrowingReply[] = []
    const written = this.#write(replies, () => {
      if (this.#ending?.replies === replies) this.#ending = undefined
    })
    return { replies, written }
  }

  /** Or the one that is under way: a storage that hangs is asked once at a time. */
  #flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const sinceMs = performance.now()
    this.#flushing ??= this.#writeDirty().finally(() => {
      this.#flushing = undefined
      if (this.#dirty.size > 0) this.#arm(sinceMs)
    })
    return this.#flushing
  }

  async #writeDirty(): Promise<void> {
    const grown = [...this.#dirty]
    this.#dirty.clear()
    this.#intervalMs = grown.length > repliesPerWrite ? busyFlushIntervalMs : flushIntervalMs
    for (const reply of grown) reply.isQueued = false
    const writes: Promise<Failures>[] = []
    for (let at = 0; at < grown.length; at += repliesPerWrite)
      writes.push(this.#write(grown.slice(at, at + repliesPerWrite)))
    // The replies go on; what was not stored is written with the next flush, or with their ends.
    for (const failures of await Promise.all(writes))
      for (const error of new Set(failures.values()))
        this.#log.error({ err: error }, 'a growing reply was not stored')
  }

  /** @param onTurn called when it is written, and no others can come to it */
  #write(replies: readonly GrowingReply[], onTurn?: () => void): Promise<Failures> {
    const written = this.#writing
      .then(() => turn())
      .then(() => {
        onTurn?.()
        return this.#save(replies)
      })
    this.#writing = written
    return written
  }

  async #save(replies: readonly GrowingReply[]): Promise<Failures> {
    const taken = replies.map((reply) => {
      const { size } = reply
      return { reply, size, growth: reply.take() }
    })
    const grown = taken.filter(({ growth }) => growth.chunks.length > 0)
    try {
      await this.#store.saveReplies(grown.map(({ growth }) => growth))
      for (const { reply, size } of grown) reply.noteStored(size)
      return none
    } catch (error) {
      for (const { reply, growth } of taken) reply.putBack(growth)
      const [first] = taken
      if (isPassing(error)) {
        // One that has ended has nobody else to come back for it, and its thread takes no message until then.
        this.#intervalMs = retryIntervalMs
        for (const reply of replies) this.#queue(reply)
        return failuresOf(replies, error)
      }
      if (taken.length > 1) return this.#saveEach(replies)
      if (first !== undefined) {
        first.reply.refusal = error
        if (first.growth.chunks.some(isTerminal)) await this.#giveUp(first.reply)
      }
      return failuresOf(replies, error)
    }
  }

  /** One of them cannot be stored: the others are. */
  async #saveEach(replies: readonly GrowingReply[]): Promise<Failures> {
    const failures: [GrowingReply, unknown][] = []
    for (const reply of replies) failures.push(...(await this.#save([reply])))
    return new Map(failures)
  }

  /** An end that cannot be stored would keep its thread from the next message for ever. */
  async #giveUp(reply: GrowingReply): Promise<void> {
    const failure = { ...reply.take(), chunks: [errorChunk(maskedProblem())] }
    await this.#store.saveReplies([failure]).catch((error: unknown) => {
      this.#log.error({ err: error, reply_id: reply.key.messageId }, 'a reply could not be ended')
      reply.putBack(failure)
      if (isPassing(error)) this.#queue(reply)
    })
  }
}

const none: Failures = new Map()

function isPassing(error: unknown): boolean {
  return problemOf(error)?.code === 'storage_unavailable'
}

function failuresOf(replies: readonly GrowingReply[], error: unknown): Failures {
  return new Map(replies.map((reply) => [reply, error]))
}
