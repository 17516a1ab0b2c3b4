import {
  accumulate,
  emptyReply,
  type MessagePart,
  type Reply,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'

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

/** What is stored of a reply. */
export interface StoredReply {
  readonly parts: string
  readonly metadata: string | null
  readonly interrupted: string | null
}

/** Of a reply that was ended in its writer's stead: what its parts do not tell of where that had come to. */
type Interruption = Pick<Reply, 'open' | 'stepStart'> & Pick<GrownReply, 'length'>

/** The reply as its row has it. */
export function grownReplyOf({ parts, metadata, interrupted }: StoredReply): GrownReply {
  const content = {
    parts: JSON.parse(parts) as MessagePart[],
    metadata: metadata === null ? undefined : (JSON.parse(metadata) as unknown),
  }
  if (interrupted === null) return { reply: { ...emptyReply, ...content }, length: 0 }
  const { length, ...place } = JSON.parse(interrupted) as Interruption
  return { reply: { ...emptyReply, ...content, ...place }, length }
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

export function interruptionOf({ reply, length }: GrownReply): Interruption {
  return { open: reply.open, stepStart: reply.stepStart, length }
}
