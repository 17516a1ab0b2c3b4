import { setImmediate as turn } from 'node:timers/promises'
import type { Logger } from 'pino'
import { problemOf } from '../app-error.ts'
import type { IndexedText, SearchIndex } from './search-index.ts'
import { wordsOf } from './words.ts'

/** What is written can be found so much later at the latest. */
const intervalMs = 500
/** So many in a transaction: streams wait while a database that is part of this process writes. */
const textsPerWrite = 16

/**
 * Puts into the index what has been written: beside the requests, so that none waits for it, and from
 * the store, so that a crash loses nothing.
 */
export class Indexer {
  readonly #index: SearchIndex
  readonly #log: Logger
  #timer: NodeJS.Timeout | undefined
  #isStopped = false
  #indexing: Promise<void> = Promise.resolve()

  constructor(index: SearchIndex, log: Logger) {
    this.#index = index
    this.#log = log
  }

  start(): void {
    this.#timer = setTimeout(() => (this.#indexing = this.#indexAll()), intervalMs)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#indexing
  }

  async #indexAll(): Promise<void> {
    try {
      while (!this.#isStopped && (await this.#indexSome())) await turn()
    } catch (error) {
      this.#log.error({ err: error }, 'texts were not indexed; they are tried again')
    }
    if (!this.#isStopped) this.start()
  }

  /** @returns whether there may be more */
  async #indexSome(): Promise<boolean> {
    const pending = await this.#index.listPending(textsPerWrite)
    if (pending.length === 0) return false
    await this.#add(pending.map((each) => ({ ...each, words: wordsOf(each.text) })))
    return pending.length === textsPerWrite
  }

  /** Where one of them cannot be indexed, the others are, and it counts as done: it has no words. */
  async #add(texts: readonly IndexedText[]): Promise<void> {
    try {
      await this.#index.add(texts)
    } catch (error) {
      if (problemOf(error)?.code === 'storage_unavailable') throw error
      const [first, ...others] = texts
      if (first === undefined) return
      if (others.length > 0) {
        for (const text of texts) await this.#add([text])
        return
      }
      const { threadId, messageId } = first
      this.#log.error({ err: error, threadId, messageId }, 'a text cannot be indexed')
      await this.#index.add([{ ...first, words: [] }])
    }
  }
}
