import {
  createProblem,
  type ChatBody,
  type ChatStreamOptions,
  type Message,
  type Problem,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import type { Row } from './message-tree.ts'

/** Where a thread's messages come from and go to. */
export interface ChatSource {
  /** As of now, and not of when somebody else asked. @throws ProblemError */
  load(threadId: string): Promise<readonly Message[]>
  /** @throws ProblemError, or the signal's reason once it is aborted */
  send(body: ChatBody, options: ChatStreamOptions): AsyncIterable<UIMessageChunk>
  /**
   * The reply that is being written in a thread, from its beginning.
   * @returns undefined where none is, or it cannot be followed
   * @throws ProblemError, or the signal's reason once it is aborted
   */
  follow(
    threadId: string,
    options: ChatStreamOptions,
  ): Promise<AsyncIterable<UIMessageChunk> | undefined>
  /** Stops it. @returns whether there was one @throws ProblemError */
  stop(threadId: string): Promise<boolean>
}

export interface ChatSnapshot {
  /** Parents before children. */
  readonly rows: readonly Row[]
  readonly headId: string | null
  readonly phase: 'loading' | 'ready' | 'failed'
  /** Why there are no messages: they could not be loaded, or the thread is gone. */
  readonly problem: Problem | null
  /** The server had the thread, and has it no more. */
  readonly isGone: boolean
  readonly isRunning: boolean
  /** A reply is being written, but the server is out of reach. */
  readonly isReconnecting: boolean
}

/** @param outlook what can be done about it */
export function deletedElsewhere(outlook: string): Problem {
  const problem = createProblem('thread_not_found', `It was deleted elsewhere. ${outlook}`)
  return { ...problem, title: 'This conversation was deleted' }
}
