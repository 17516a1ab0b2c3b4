import type { UIMessageChunk } from '@assistant-ui-proxy/contract'
import type { ReplyGrowth } from '../threads/thread-store.ts'

/** Names a reply and the run that writes it. */
export type ReplyKey = Pick<ReplyGrowth, 'owner' | 'messageId' | 'runId'>

/** What of a run's reply is still to be stored. Nothing else of it is kept in memory. */
export class GrowingReply {
  readonly key: ReplyKey
  /** Whether its writer is going to store what is there. */
  isQueued = false
  /** Why the storage, which is there, does not take what it has grown by. */
  refusal: unknown
  /** What was taken and may or may not have been stored, as it was: `position` counts its chunks. */
  #returned: readonly UIMessageChunk[] = []
  #chunks: UIMessageChunk[] = []
  #position = 0
  #size = 0

  constructor(key: ReplyKey) {
    this.key = key
  }

  /** Of all that is not known to be stored, about, in bytes. */
  get size(): number {
    return this.#size
  }

  add(chunks: readonly UIMessageChunk[], size: number): void {
    for (const chunk of chunks) this.#chunks.push(chunk)
    this.#size += size
  }

  /** What is there; afterwards nothing is. */
  take(): ReplyGrowth {
    const position = this.#position
    const chunks = [...this.#returned, ...joinText(this.#chunks)]
    this.#position += chunks.length
    this.#returned = []
    this.#chunks = []
    return { ...this.key, position, chunks }
  }

  /** What was taken last and was not stored, as far as one knows. What has come since is behind it. */
  putBack({ position, chunks }: ReplyGrowth): void {
    this.#position = position
    this.#returned = chunks
  }

  /** @param size that of the reply when it was taken */
  noteStored(size: number): void {
    this.#size -= size
    this.refusal = undefined
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
