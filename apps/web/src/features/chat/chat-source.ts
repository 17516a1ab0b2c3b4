import type { ChatBody, Message, Problem, UIMessageChunk } from '@assistant-ui-proxy/contract'
import type { Row } from './message-tree.ts'

/** Where a thread's messages come from and go to. */
export interface ChatSource {
  /** @throws ProblemError */
  load(threadId: string): Promise<readonly Message[]>
  /** @throws ProblemError, or the signal's reason once it is aborted */
  send(body: ChatBody, signal: AbortSignal): AsyncIterable<UIMessageChunk>
}

export interface ChatSnapshot {
  /** Parents before children. */
  readonly rows: readonly Row[]
  readonly headId: string | null
  readonly phase: 'loading' | 'ready' | 'failed'
  /** Why the messages could not be loaded. */
  readonly problem: Problem | null
  readonly isRunning: boolean
}
