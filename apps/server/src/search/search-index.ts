import type { Thread } from '@assistant-ui-proxy/contract'
import type { Owner } from '../identity/owner.ts'
import type { WordQuery } from './words.ts'

/** A message or a title that is not in the index as it is now. */
export interface PendingText {
  readonly owner: Owner
  readonly threadId: string
  /** Undefined: the thread's title. */
  readonly messageId: string | undefined
  readonly text: string
}

export interface IndexedText extends PendingText {
  readonly words: readonly string[]
}

export interface FoundText {
  readonly thread: Thread
  readonly messageId: string | undefined
  readonly text: string
}

/** Finds texts by their words. Derived from what the `ThreadStore` keeps, and never ahead of it. */
export interface SearchIndex {
  /** One text of a thread each, the newest; those written to last first. */
  find(owner: Owner, query: WordQuery, limit: number): Promise<FoundText[]>
  /** Some of what is still to be indexed, oldest first. */
  listPending(limit: number): Promise<PendingText[]>
  /** Puts texts in, in the place of what was there of them; what has changed meanwhile stays pending. */
  add(texts: readonly IndexedText[]): Promise<void>
}
