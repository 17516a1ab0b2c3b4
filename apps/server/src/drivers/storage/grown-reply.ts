import { accumulate, type Reply, type UIMessageChunk } from '@assistant-ui-proxy/contract'

/** A piece of a reply's stream, at its place in it. */
export interface Piece {
  readonly position: number
  readonly chunks: readonly UIMessageChunk[]
}

/** A reply with the first `length` chunks of its stream. */
export interface GrownReply {
  readonly reply: Reply
  readonly length: number
}

/** With what the pieces, in the order of their places, have that the reply has not. */
export function grow({ reply, length }: GrownReply, pieces: readonly Piece[]): GrownReply {
  let end = length
  const added = pieces.flatMap(({ position, chunks }) => {
    const fresh = chunks.slice(Math.max(0, end - position))
    end = Math.max(end, position + chunks.length)
    return fresh
  })
  return { reply: accumulate(reply, added), length: end }
}
