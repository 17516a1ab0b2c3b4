import { randomUUID } from 'node:crypto'
import type { ListThreadsQuery, Message, Thread, ThreadUpdate } from '@assistant-ui-proxy/contract'
import { threadNotFound } from '../app-error.ts'
import type { Owner } from '../identity/owner.ts'
import type { ThreadStore } from './thread-store.ts'

/** Where replies are written: those of a thread that is deleted end with it. */
export interface RunsOfThreads {
  endIn(owner: Owner, threadIds: readonly string[]): Promise<void>
  forget(owner: Owner, threadId?: string): void
}

/** An owner's threads. What there is none of is an AppError `thread_not_found`. */
export class ThreadService {
  readonly #store: ThreadStore
  readonly #runs: RunsOfThreads

  constructor(store: ThreadStore, runs: RunsOfThreads) {
    this.#store = store
    this.#runs = runs
  }

  list(owner: Owner, query: ListThreadsQuery): Promise<Thread[]> {
    return this.#store.listThreads(owner, query)
  }

  create(
    owner: Owner,
    {
      id = randomUUID(),
      title = null,
    }: { id?: string | undefined; title?: string | null | undefined },
  ): Promise<Thread> {
    return this.#store.createThread(owner, { id, title })
  }

  async get(owner: Owner, threadId: string): Promise<Thread> {
    return found(threadId, await this.#store.getThread(owner, threadId))
  }

  async update(owner: Owner, threadId: string, update: ThreadUpdate): Promise<Thread> {
    return found(threadId, await this.#store.updateThread(owner, threadId, update))
  }

  async delete(owner: Owner, threadId: string): Promise<void> {
    await this.#runs.endIn(owner, [threadId])
    const existed = await this.#store.deleteThread(owner, threadId)
    this.#runs.forget(owner, threadId)
    found(threadId, existed || undefined)
  }

  /** @param limit the newest so many; by default all */
  async messages(owner: Owner, threadId: string, limit?: number): Promise<Message[]> {
    const messages = await this.#store.listMessages(owner, threadId, limit)
    if (messages.length === 0) await this.get(owner, threadId)
    // A storage of another service may have no other way than to give all.
    return limit === undefined ? messages : messages.slice(-limit)
  }
}

function found<T>(threadId: string, value: T | undefined): T {
  if (value === undefined) throw threadNotFound(threadId)
  return value
}
