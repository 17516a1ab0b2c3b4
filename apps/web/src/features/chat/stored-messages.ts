import type { Message, Problem } from '@assistant-ui-proxy/contract'
import { problemOf } from '../../lib/problem.ts'
import { deletedElsewhere, type ChatSnapshot, type ChatSource } from './chat-source.ts'
import type { MessageTree } from './message-tree.ts'
import { showUnsent, type UnsentMessages } from './unsent.ts'

export interface StoredMessagesOptions {
  readonly threadId: string
  readonly source: ChatSource
  readonly unsent: UnsentMessages
  /** Takes over what is read. */
  readonly tree: MessageTree
  /** It is being read. */
  readonly onLoading: () => void
  /** @param isFresh whether the tree has what the server has now */
  readonly onRead: (isFresh: boolean) => void
  /** The thread was deleted elsewhere. */
  readonly onGone: () => void
  readonly onProblem: (problem: Problem) => void
}

const deleted = deletedElsewhere('What you write here begins it anew.')

/** What the server has of one thread, read into its tree, and read again when it may have changed. */
export class StoredMessages {
  readonly #options: StoredMessagesOptions
  #phase: ChatSnapshot['phase'] = 'ready'
  #problem: Problem | null = null
  #taken = newTaken()
  #isGone = false
  /** Counts the exchanges: what was asked for before the last one is out of date. */
  #edition = 0

  constructor(options: StoredMessagesOptions) {
    this.#options = options
  }

  get phase(): ChatSnapshot['phase'] {
    return this.#phase
  }

  get problem(): Problem | null {
    return this.#problem
  }

  /** Whether the server had the thread, and has it no more. */
  get isGone(): boolean {
    return this.#isGone
  }

  /** Resolves once the server has the thread. */
  whenTaken(): Promise<void> {
    return this.#taken.promise
  }

  async load(): Promise<void> {
    this.#phase = 'loading'
    this.#problem = null
    this.#options.onLoading()
    await this.refresh()
  }

  /** What is shown stays meanwhile, and after a failure. */
  async refresh(): Promise<void> {
    const { source, threadId, onRead, onProblem } = this.#options
    const edition = this.#edition
    try {
      const messages = await source.load(threadId)
      if (edition !== this.#edition) return
      this.#accept(messages)
      if (messages.length > 0) this.take()
      onRead(true)
    } catch (error) {
      const problem = problemOf(error)
      onProblem(problem)
      const isUnknown = problem.code === 'thread_not_found' && edition === this.#edition
      if (isUnknown) this.#lose()
      else if (this.#phase === 'loading') {
        this.#phase = 'failed'
        this.#problem = problem
      }
      onRead(isUnknown)
    }
  }

  /** Something is being said. */
  outdate(): void {
    this.#edition++
    this.#problem = null
  }

  /** The server has the thread. */
  take(): void {
    this.#isGone = false
    this.#taken.resolve()
  }

  /** It will never have it. */
  dispose(): void {
    this.#taken.reject(new DOMException('The thread is gone.', 'AbortError'))
  }

  #accept(messages: readonly Message[]): void {
    const { tree, unsent } = this.#options
    tree.merge(messages)
    this.#phase = 'ready'
    this.#problem = null
    showUnsent(tree, unsent)
  }

  /** The server does not know the thread: it is gone, unless what begins it never arrived. */
  #lose(): void {
    const { tree, unsent, onGone } = this.#options
    const isUnsent = unsent.all().length > 0
    const wasThere = tree.rows().some(({ isLocal }) => !isLocal)
    this.#accept([])
    if (isUnsent && !wasThere) return
    if (!isUnsent) this.#problem = deleted
    // Who waits for it to be begun anew goes on waiting, however often it is looked for.
    if (!this.#isGone) this.#taken = newTaken()
    this.#isGone = true
    onGone()
  }
}

function newTaken(): PromiseWithResolvers<void> {
  const taken = Promise.withResolvers<void>()
  // Nobody may wait for it.
  taken.promise.catch(() => undefined)
  return taken
}
