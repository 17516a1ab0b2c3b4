import { setImmediate as turn } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { ReplyProgress, ThreadStore } from '../threads/thread-store.ts'
import type { GrowingReply } from './growing-reply.ts'

/** Storage may be 250 ms behind a reply; the rest is for the write itself. */
const flushIntervalMs = 200

/** So many in a transaction: streams wait while a database that is part of this process writes. */
const repliesPerWrite = 64
const endsPerWrite = 16

interface Ending {
  readonly replies: GrowingReply[]
  readonly written: Promise<void>
}

/**
 * Stores growing replies: one timer and few transactions for all that grow at the moment, so a chunk
 * costs a set's entry, not a write. Replies that end together are stored together.
 */
export class ReplyWriter {
  readonly #store: ThreadStore
  readonly #log: Logger
  #dirty = new Set<GrowingReply>()
  #timer: NodeJS.Timeout | undefined
  #ending: Ending | undefined
  /** One write after another: an older state must not land on top of a later one. */
  #writing: Promise<void> = Promise.resolve()

  constructor(store: ThreadStore, log: Logger) {
    this.#store = store
    this.#log = log
  }

  /** Notes that a reply has grown. */
  note(reply: GrowingReply): void {
    this.#dirty.add(reply)
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#flush(), flushIntervalMs)
  }

  /** Stores a reply that has ended. Resolves when it is kept. */
  finish(reply: GrowingReply): Promise<void> {
    this.#dirty.delete(reply)
    if (this.#ending === undefined || this.#ending.replies.length >= endsPerWrite)
      this.#ending = this.#gather()
    this.#ending.replies.push(reply)
    return this.#ending.written
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

  #flush(): void {
    this.#timer = undefined
    const grown = [...this.#dirty]
    this.#dirty.clear()
    for (let at = 0; at < grown.length; at += repliesPerWrite) {
      this.#write(grown.slice(at, at + repliesPerWrite)).catch((error: unknown) => {
        // The reply goes on; its next state is written with the next flush, its end by `finish`.
        this.#log.error({ err: error }, 'a growing reply was not stored')
      })
    }
  }

  #write(replies: readonly GrowingReply[]): Promise<void> {
    const written = this.#writing
      .then(() => turn())
      .then(() => this.#store.saveReplies(replies.map(progressOf)))
    this.#writing = written.catch(() => undefined)
    return written
  }
}

/** As it is now. */
function progressOf({ owner, messageId, reply }: GrowingReply): ReplyProgress {
  return { owner, messageId, reply }
}
