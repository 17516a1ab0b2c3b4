import { setImmediate as turn } from 'node:timers/promises'
import type { Logger } from 'pino'
import { problemOf } from '../app-error.ts'
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

interface Ending {
  readonly replies: GrowingReply[]
  readonly written: Promise<void>
}

/**
 * Stores growing replies: one timer and few transactions for all that grow at the moment, so a chunk
 * costs no write. Replies that end together are stored together.
 */
export class ReplyWriter {
  readonly #store: ThreadStore
  readonly #log: Logger
  #dirty = new Set<GrowingReply>()
  #timer: NodeJS.Timeout | undefined
  #intervalMs = flushIntervalMs
  #ending: Ending | undefined
  /** One write after another: an earlier state must not land on top of a later one. */
  #writing: Promise<void> = Promise.resolve()

  constructor(store: ThreadStore, log: Logger) {
    this.#store = store
    this.#log = log
  }

  /**
   * Notes that a reply has grown.
   * @returns undefined, or what resolves when so much has been stored that more may come
   */
  note(reply: GrowingReply): Promise<void> | undefined {
    if (!reply.isQueued) this.#queue(reply, this.#intervalMs)
    return reply.size > unsavedLimit ? this.#flush() : undefined
  }

  /**
   * Stores a reply that has ended. Resolves when it is kept.
   * @throws what the store throws; where it was not available, the end is kept as soon as it is
   */
  finish(reply: GrowingReply): Promise<void> {
    this.#dirty.delete(reply)
    if (this.#ending === undefined || this.#ending.replies.length >= endsPerWrite)
      this.#ending = this.#gather()
    this.#ending.replies.push(reply)
    return this.#ending.written
  }

  #queue(reply: GrowingReply, delayMs: number): void {
    reply.isQueued = true
    this.#dirty.add(reply)
    this.#timer ??= setTimeout(() => void this.#flush(), delayMs)
  }

  /** Those that end in this turn. */
  #gather(): Ending {
    const replies: GrowingReply[] = []
    const written = turn().then(() => {
      if (this.#ending?.replies === replies) this.#ending = undefined
      return this.#write(replies)
    })
    return { replies, written }
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const grown = [...this.#dirty]
    this.#dirty.clear()
    this.#intervalMs = grown.length > repliesPerWrite ? busyFlushIntervalMs : flushIntervalMs
    for (const reply of grown) reply.isQueued = false
    const writes: Promise<void>[] = []
    for (let at = 0; at < grown.length; at += repliesPerWrite)
      writes.push(this.#write(grown.slice(at, at + repliesPerWrite)))
    for (const { reason } of (await Promise.allSettled(writes)).filter(isRejected))
      // The reply goes on; what was not stored is written with the next flush, or with its end.
      this.#log.error({ err: reason }, 'a growing reply was not stored')
  }

  #write(replies: readonly GrowingReply[]): Promise<void> {
    const written = this.#writing.then(() => turn()).then(() => this.#save(replies))
    this.#writing = written.catch(() => undefined)
    return written
  }

  async #save(replies: readonly GrowingReply[]): Promise<void> {
    const taken = replies.map((reply) => {
      const { size } = reply
      return { reply, size, growth: reply.take() }
    })
    const growths = taken.map(({ growth }) => growth)
    try {
      await this.#store.saveReplies(growths.filter(({ chunks }) => chunks.length > 0))
    } catch (error) {
      for (const { reply, growth, size } of taken) reply.putBack(growth, size)
      // One that has ended has nobody else to come back for it, and its thread takes no message until then.
      if (problemOf(error)?.code === 'storage_unavailable')
        for (const reply of replies) this.#queue(reply, retryIntervalMs)
      throw error
    }
  }
}

function isRejected(result: PromiseSettledResult<void>): result is PromiseRejectedResult {
  return result.status === 'rejected'
}
