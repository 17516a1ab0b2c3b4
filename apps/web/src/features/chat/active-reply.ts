import {
  accumulate,
  createProblem,
  emptyReply,
  errorChunk,
  isTerminal,
  type ChatStreamOptions,
  type Problem,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import type { Row } from './message-tree.ts'

export interface ActiveReplyOptions {
  /** Calls back with the next frame. @returns what calls it off */
  readonly schedule: (callback: () => void) => () => void
  /** There is something new to show: chunks, at most once per frame, or how the connection is. */
  readonly onChange: () => void
}

/** A reply while it streams. Chunks are gathered and applied together, once per frame. */
export class ActiveReply {
  readonly #options: ActiveReplyOptions
  readonly #controller = new AbortController()
  #row: Row
  #reply = emptyReply
  #pending: UIMessageChunk[] = []
  #cancelFrame: (() => void) | undefined
  #hasBegun = false
  #hasEnded = false
  #isOver = false
  #isRead = false
  #isReconnecting = false

  constructor(row: Row, options: ActiveReplyOptions) {
    this.#row = row
    this.#options = options
  }

  /** For the request whose answer is read here. */
  get streamOptions(): ChatStreamOptions {
    return {
      signal: this.#controller.signal,
      onConnection: (state) => {
        this.#isReconnecting = state === 'lost'
        this.#options.onChange()
      },
    }
  }

  /** As of the last flush. */
  get row(): Row {
    return this.#row
  }

  /** Whether nothing more is taken. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Whether the stream has been read to its end, or has broken. */
  get isRead(): boolean {
    return this.#isRead
  }

  /** Whether its connection broke, and is being made again. */
  get isReconnecting(): boolean {
    return this.#isReconnecting
  }

  /**
   * Reads the stream to its end, even when nothing more is taken.
   * @param onBegin the server has answered
   * @throws what breaks the stream
   */
  async read(chunks: AsyncIterable<UIMessageChunk>, onBegin: () => void): Promise<void> {
    try {
      for await (const chunk of chunks) {
        if (!this.#hasBegun) onBegin()
        this.#hasBegun = true
        this.#add(chunk)
        if (!this.#isOver) this.#cancelFrame ??= this.#options.schedule(this.#options.onChange)
      }
    } finally {
      this.#isRead = true
    }
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
    this.#add(errorChunk(problem))
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
    this.#cancelFrame?.()
    this.#cancelFrame = undefined
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
