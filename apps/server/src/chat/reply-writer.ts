import type { Reply } from '@assistant-ui-proxy/contract'
import type { Logger } from 'pino'
import type { Owner } from '../identity/owner.ts'
import type { ReplyProgress, ThreadStore } from '../threads/thread-store.ts'

/** Storage may be 250 ms behind a reply; the rest is for the write itself. */
const flushIntervalMs = 200

/**
 * Stores growing replies: one timer and one transaction for all that grow at the moment, so a chunk
 * costs a map entry, not a write.
 */
export class ReplyWriter {
  readonly #store: ThreadStore
  readonly #log: Logger
  #dirty = new Map<string, ReplyProgress>()
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(store: ThreadStore, log: Logger) {
    this.#store = store
    this.#log = log
  }

  /** Notes how far a reply has come. */
  note(owner: Owner, messageId: string, reply: Reply): void {
    this.#dirty.set(messageId, { owner, messageId, reply })
    if (this.#timer === undefined) this.#timer = setTimeout(() => this.#flush(), flushIntervalMs)
  }

  /** Stores a reply that has ended. Resolves when it is kept. */
  async finish(owner: Owner, messageId: string, reply: Reply): Promise<void> {
    this.#dirty.delete(messageId)
    // An older state that is being written must not land on top of this one.
    await this.#writing
    await this.#store.saveReplies([{ owner, messageId, reply }])
  }

  #flush(): void {
    this.#timer = undefined
    const progress = [...this.#dirty.values()]
    this.#dirty.clear()
    this.#writing = this.#writing
      .then(() => this.#store.saveReplies(progress))
      .catch((error: unknown) => {
        // The reply goes on; its next state is written with the next flush, its end by `finish`.
        this.#log.error({ err: error }, 'a growing reply was not stored')
      })
  }
}
