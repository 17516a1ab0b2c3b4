import type { ChatBody, MessagePart, Problem, UIMessageChunk } from '@assistant-ui-proxy/contract'
import { Listeners } from '../../lib/listeners.ts'
import { problemOf } from '../../lib/problem.ts'
import { ActiveReply } from './active-reply.ts'
import type { ChatSnapshot, ChatSource } from './chat-source.ts'
import { MessageTree, newRow, type Row } from './message-tree.ts'
import { scheduleFrame } from './schedule-frame.ts'
import { stopReply } from './stop-reply.ts'
import { StoredMessages } from './stored-messages.ts'
import { storedUnsent, type UnsentMessages } from './unsent.ts'

export interface ChatStoreOptions {
  readonly threadId: string
  /** No server has this thread yet: there is nothing to load. */
  readonly isNew: boolean
  readonly source: ChatSource
  /** Something is being said here. */
  readonly onSend?: () => void
  /** The thread was deleted elsewhere. */
  readonly onGone?: () => void
  /** A request failed, or its stream broke off. */
  readonly onProblem?: (problem: Problem) => void
  readonly unsent?: UnsentMessages
  readonly schedule?: (callback: () => void) => () => void
}

/** How often a reply that is being written but cannot be followed is looked at. */
const pollIntervalMs = 1_500

/** One thread's messages. It goes on streaming whether or not anybody looks. */
export class ChatStore {
  readonly #options: Required<ChatStoreOptions>
  readonly #tree = new MessageTree()
  readonly #stored: StoredMessages
  readonly #listeners = new Listeners()
  #active: ActiveReply | undefined
  /** The server is being told to stop. */
  #stopping: Promise<void> = Promise.resolve()
  #snapshot: ChatSnapshot
  #pollTimer: ReturnType<typeof setTimeout> | undefined

  constructor(options: ChatStoreOptions) {
    this.#options = {
      onSend: () => undefined,
      onGone: () => undefined,
      onProblem: () => undefined,
      unsent: storedUnsent(options.threadId),
      schedule: scheduleFrame,
      ...options,
    }
    this.#stored = new StoredMessages({
      ...this.#options,
      tree: this.#tree,
      onLoading: () => this.#publish(),
      onRead: (isFresh) => {
        if (isFresh) this.#followIfNeeded()
        else if (this.#growing()) this.#refreshIn(pollIntervalMs)
        this.#publish()
      },
    })
    this.#snapshot = this.#takeSnapshot()
    if (!options.isNew) void this.load()
  }

  readonly subscribe = this.#listeners.subscribe

  readonly getSnapshot = (): ChatSnapshot => this.#snapshot

  /** Resolves once the server has the thread. */
  whenTaken(): Promise<void> {
    return this.#stored.whenTaken()
  }

  load(): Promise<void> {
    return this.#stored.load()
  }

  /** Looks for what has happened elsewhere. */
  async refresh(): Promise<void> {
    if (this.#stored.phase === 'ready' && this.#active === undefined) await this.#stored.refresh()
  }

  /** Makes up for what failed while the server was away. What was said is not said again unasked. */
  async recover(): Promise<void> {
    if (this.#stored.phase === 'failed') await this.load()
    else await this.refresh()
  }

  /** Says something new, or, where the parent has children already, something else instead. */
  say(parts: readonly MessagePart[], after: string | null): void {
    this.stop()
    // Nothing can follow what the server does not have.
    const parentId = this.#tree.knownAncestor(after)
    const question = newRow('user', parentId, { parts })
    this.#tree.add(question)
    this.#options.unsent.add({ id: question.id, parentId, parts })
    void this.#ask(question)
  }

  /** Asks again what was asked: the new reply stands beside the others. */
  answerAgain(questionId: string): void {
    const question = this.#tree.get(questionId)
    if (question === undefined) return
    this.stop()
    for (const reply of this.#tree.childrenOf(questionId))
      if (reply.isLocal) this.#tree.remove(reply.id)
    void this.#ask(question)
  }

  /** What has come stays. */
  stop(): void {
    const active = this.#active
    if (active === undefined) return
    active.stop()
    this.#settle(active)
    this.#stopping = this.#stopAtServer(active)
  }

  showBranch(leafId: string): void {
    this.#tree.show(leafId)
    this.#publish()
  }

  dispose(): void {
    this.stop()
    clearTimeout(this.#pollTimer)
    this.#options.unsent.keepOnly(() => false)
    this.#stored.dispose()
  }

  async #ask(question: Row): Promise<void> {
    const { source, threadId } = this.#options
    const waiting = newRow('assistant', question.id)
    this.#stored.outdate()
    this.#tree.add(waiting)
    const active = this.#begin(waiting)
    this.#options.onSend()
    const body: ChatBody = {
      id: threadId,
      parent_id: question.parentId,
      messages: [{ id: question.id, role: 'user', parts: [...question.parts] }],
      trigger: question.isLocal ? 'submit-message' : 'regenerate-message',
    }
    await this.#stopping
    if (!active.isOver) await this.#read(active, source.send(body, active.streamOptions), question)
  }

  /** Goes on with a reply that was being written before this page came, or came back. */
  async #follow(row: Row): Promise<void> {
    const { source, threadId } = this.#options
    const active = this.#begin(row)
    const chunks = await source.follow(threadId, active.streamOptions).catch(() => undefined)
    if (chunks !== undefined) return this.#read(active, chunks)
    // It has ended just now, or is out of reach: the messages tell.
    if (this.#active === active) this.#active = undefined
    this.#publish()
    this.#refreshIn(pollIntervalMs)
  }

  #begin(row: Row): ActiveReply {
    const active = new ActiveReply(row, {
      schedule: this.#options.schedule,
      onChange: () => this.#show(active),
    })
    this.#active = active
    this.#publish()
    return active
  }

  async #read(
    active: ActiveReply,
    chunks: AsyncIterable<UIMessageChunk>,
    question?: Row,
  ): Promise<void> {
    try {
      await active.read(chunks, () => question && this.#take(question))
    } catch (error) {
      if (active.isOver) return
      const problem = problemOf(error)
      active.fail(problem)
      this.#options.onProblem(problem)
      this.#settle(active)
      // The server may have more of it: the question and a reply of its own, or one that goes on.
      if (problem.code !== 'server_unreachable') await this.refresh()
    } finally {
      this.#settle(active)
    }
  }

  async #stopAtServer(active: ActiveReply): Promise<void> {
    const { source, threadId, onProblem } = this.#options
    try {
      await stopReply(source, threadId, active)
    } catch (error) {
      onProblem(problemOf(error))
    }
    active.leave()
    await this.refresh()
  }

  /** The server has answered, so it has the question. */
  #take(question: Row): void {
    if (question.isLocal) this.#tree.replace(question.id, { ...question, isLocal: false })
    this.#options.unsent.keepOnly(({ id }) => id !== question.id)
    this.#stored.take()
  }

  #show(active: ActiveReply): void {
    if (this.#active !== active) return
    this.#tree.replace(active.row.id, active.flush())
    this.#publish()
  }

  #settle(active: ActiveReply): void {
    if (this.#active !== active) return
    active.close()
    this.#tree.replace(active.row.id, active.flush())
    this.#active = undefined
    this.#publish()
    this.#followIfNeeded()
  }

  #followIfNeeded(): void {
    clearTimeout(this.#pollTimer)
    const growing = this.#growing()
    if (growing) void this.#follow(growing)
  }

  /** The reply that is being written, as far as is known here, and that nobody here reads. */
  #growing(): Row | undefined {
    if (this.#active !== undefined) return undefined
    return this.#tree.rows().find(({ status }) => status === 'streaming')
  }

  #refreshIn(delayMs: number): void {
    clearTimeout(this.#pollTimer)
    this.#pollTimer = setTimeout(() => {
      if (this.#listeners.size > 0) void this.refresh()
    }, delayMs)
  }

  #publish(): void {
    this.#snapshot = this.#takeSnapshot()
    this.#listeners.notify()
  }

  #takeSnapshot(): ChatSnapshot {
    return {
      rows: this.#tree.rows(),
      headId: this.#tree.headId,
      phase: this.#stored.phase,
      problem: this.#stored.problem,
      isGone: this.#stored.isGone,
      isRunning: this.#active !== undefined,
      isReconnecting: this.#active?.isReconnecting === true,
    }
  }
}
