import { accumulate, type Reply, type UIMessageChunk } from '@assistant-ui-proxy/contract'
import type { Owner } from '../identity/owner.ts'

/** The reply of a run, in storage under its id. Put together when somebody looks, not per chunk. */
export class GrowingReply {
  readonly owner: Owner
  readonly messageId: string
  #reply: Reply
  #pending: UIMessageChunk[] = []

  constructor(owner: Owner, messageId: string, reply: Reply) {
    this.owner = owner
    this.messageId = messageId
    this.#reply = reply
  }

  add(chunks: readonly UIMessageChunk[]): void {
    for (const chunk of chunks) this.#pending.push(chunk)
  }

  get reply(): Reply {
    if (this.#pending.length > 0) {
      this.#reply = accumulate(this.#reply, this.#pending)
      this.#pending = []
    }
    return this.#reply
  }
}
