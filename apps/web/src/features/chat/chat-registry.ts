import { nanoid } from 'nanoid'
import type { Problem } from '@assistant-ui-proxy/contract'
import type { ChatSource } from './chat-source.ts'
import { ChatStore } from './chat-store.ts'
import { hasDraft, writeDraft } from './draft.ts'
import { storedUnsent, unsentThreads, type UnsentThread } from './unsent.ts'

export interface ChatRegistryOptions {
  readonly source: ChatSource
  /** Something is being said in a thread. */
  readonly onSend: (threadId: string) => void
  /** A thread was deleted elsewhere. */
  readonly onGone: (threadId: string) => void
  /** A request failed, or its stream broke off. */
  readonly onProblem: (problem: Problem) => void
}

/**
 * The stores of all threads that were opened. They live here and not in what is mounted, so a reply
 * goes on while another thread is looked at.
 */
export class ChatRegistry {
  readonly #options: ChatRegistryOptions
  readonly #stores = new Map<string, ChatStore>()
  readonly #idsOfNew = new Map<string, string>()

  constructor(options: ChatRegistryOptions) {
    this.#options = options
  }

  /** The id that a thread gets which so far exists in this page only, under a local id. */
  idForNew(localId: string): string {
    const id = this.#idsOfNew.get(localId) ?? nanoid()
    this.#idsOfNew.set(localId, id)
    return id
  }

  open(threadId: string, { isNew = false } = {}): ChatStore {
    const known = this.#stores.get(threadId)
    if (known) return known
    const { onSend, onGone, ...options } = this.#options
    const store = new ChatStore({
      ...options,
      threadId,
      isNew,
      onSend: () => onSend(threadId),
      onGone: () => onGone(threadId),
    })
    this.#stores.set(threadId, store)
    return store
  }

  find(threadId: string): ChatStore | undefined {
    return this.#stores.get(threadId)
  }

  /** Whether something was said or written in the thread that the server does not have. */
  hasUnsent(threadId: string): boolean {
    return storedUnsent(threadId).all().length > 0 || hasDraft(threadId)
  }

  /** The threads that nobody but this browser knows. Of those that are open their stores tell. */
  unsentThreads(): UnsentThread[] {
    return unsentThreads().filter(({ id }) => !this.#stores.has(id))
  }

  forget(threadId: string): void {
    storedUnsent(threadId).keepOnly(() => false)
    writeDraft(threadId, { text: '', files: [] })
    this.#stores.get(threadId)?.dispose()
    this.#stores.delete(threadId)
  }
}
