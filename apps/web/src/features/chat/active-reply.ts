import {
  accumulate,
  createProblem,
  emptyReply,
  isTerminal,
  type Problem,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import type { Row } from './message-tree.ts'

/** A reply while it streams. Chunks are gathered and applied together, once per frame. */
export class ActiveReply {
  readonly #controller = new AbortController()
  #row: Row
  #reply = emptyReply
  #pending: UIMessageChunk[] = []
  #hasBegun = false
  #hasEnded = false
  #isOver = false
  /** Whether the stream has been read to its end, or has broken. */
  isRead = false
  /** Whether its connection broke, and is being made again. */
  isReconnecting = false

  constructor(row: Row) {
    this.#row = row
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** As of the last flush. */
  get row(): Row {
    return this.#row
  }

  /** Whether the server has answered. */
  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** Whether nothing more is taken. */
  get isOver(): boolean {
    return this.#isOver
  }

  push(chunk: UIMessageChunk): void {
    this.#hasBegun = true
    this.#add(chunk)
  }

  /** Ends the reply here; what the server makes of it is not this one's concern. */
  stop(): void {
    this.#add({ type: 'abort' })
  }

  /** Closes the connection. */
  leave(): void {
    this.#controller.abort()
  }

  fail(problem: Problem): void {
    this.#add({ type: 'error', errorText: JSON.stringify(problem) })
  }

  /** The stream is over; one that broke off without its last chunk has failed. */
  close(): void {
    if (!this.#hasEnded)
      this.fail(
        createProblem(
          'stream_interrupted',
          'The connection broke before the reply was whole. Try again.',
        ),
      )
    this.#isOver = true
  }

  /** Applies what has come since the last time. The server's id takes the place of ours. */
  flush(): Row {
    if (this.#pending.length === 0) return this.#row
    this.#reply = accumulate(this.#reply, this.#pending)
    this.#pending = []
    const { id, parts, status, problem = null } = this.#reply
    this.#row = { ...this.#row, id: id ?? this.#row.id, parts, status, problem }
    if (id !== undefined) this.#row = { ...this.#row, isLocal: false }
    return this.#row
  }

  #add(chunk: UIMessageChunk): void {
    if (this.#hasEnded) return
    this.#hasEnded = isTerminal(chunk)
    this.#pending.push(chunk)
  }
}
