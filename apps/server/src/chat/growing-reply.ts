import type { UIMessageChunk } from '@assistant-ui-proxy/contract'
import type { Owner } from '../identity/owner.ts'

/** What of a run's reply is still to be stored. Nothing else of it is kept in memory. */
export class GrowingReply {
  readonly owner: Owner
  readonly messageId: string
  /** Whether its writer is going to store what is there. */
  isQueued = false
  #chunks: UIMessageChunk[] = []
  #size = 0

  constructor(owner: Owner, messageId: string) {
    this.owner = owner
    this.messageId = messageId
  }

  /** About, in bytes. */
  get size(): number {
    return this.#size
  }

  add(chunks: readonly UIMessageChunk[], size: number): void {
    for (const chunk of chunks) this.#chunks.push(chunk)
    this.#size += size
  }

  /** What is there; afterwards nothing is. */
  take(): UIMessageChunk[] {
    const taken = joinText(this.#chunks)
    this.#chunks = []
    this.#size = 0
    return taken
  }

  /** What was taken but not stored, with what has come since behind it. */
  putBack(chunks: readonly UIMessageChunk[], size: number): void {
    this.#chunks = [...chunks, ...this.#chunks]
    this.#size += size
  }
}

/**
 * With the text that follows on text in one chunk: fewer to store. A piece of text may also hold on to
 * all that was read with it, which joining copies it out of.
 */
function joinText(chunks: readonly UIMessageChunk[]): UIMessageChunk[] {
  const joined: UIMessageChunk[] = []
  let texts: string[] = []
  let id = ''
  const close = () => {
    if (texts.length > 0) joined.push({ type: 'text-delta', id, delta: texts.join('') })
    texts = []
  }
  for (const chunk of chunks) {
    if (chunk.type === 'text-delta' && chunk.providerMetadata === undefined) {
      if (chunk.id !== id) close()
      id = chunk.id
      texts.push(chunk.delta)
    } else {
      close()
      joined.push(chunk)
    }
  }
  close()
  return joined
}
