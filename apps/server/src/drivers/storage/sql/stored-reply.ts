import { emptyReply, type MessagePart, type Reply } from '@assistant-ui-proxy/contract'
import type { GrownReply } from '../grown-reply.ts'

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

export function interruptionOf({ reply, length }: GrownReply): Interruption {
  return { open: reply.open, stepStart: reply.stepStart, length }
}
