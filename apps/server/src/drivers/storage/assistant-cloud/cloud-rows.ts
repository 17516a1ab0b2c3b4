import {
  chatMessageSchema,
  idSchema,
  problemSchema,
  type CloudMessage,
  type CloudThread,
  type Message,
  type Reply,
  type Thread,
} from '@assistant-ui-proxy/contract'
import { z } from 'zod'

/** How messages are written: the AI SDK's `UIMessage` without its id. */
export const messageFormat = 'ai-sdk/v6'

/** Under this key of the message's metadata stands what that format has no place for. */
const ownKey = 'assistant_ui_proxy'

const ownSchema = z.object({
  status: z.enum(['streaming', 'complete', 'stopped', 'failed']),
  error: problemSchema.nullable(),
  /** The message's, where it is no object. */
  metadata: z.unknown().optional(),
})

export function threadOfCloud(thread: CloudThread): Thread {
  const { title, is_archived, created_at, updated_at, last_message_at } = thread
  return { id: ownIdOf(thread), title, is_archived, created_at, updated_at, last_message_at }
}

/** The id that this server gave, or the service's own for what others have made there. */
export function ownIdOf(row: { id: string; external_id?: string | null | undefined }): string {
  return idSchema.safeParse(row.external_id).data ?? row.id
}

/** @param parentId as this server knows it */
export function messageOfCloud(row: CloudMessage, parentId: string | null): Message {
  const { metadata, ...content } = row.content as { metadata?: Record<string, unknown> }
  const { [ownKey]: own, ...rest } = metadata ?? {}
  const said = chatMessageSchema.safeParse(content).data
  const { status, error, ...bare } = ownSchema.safeParse(own).data ?? whole
  return {
    id: ownIdOf(row),
    parent_id: parentId,
    role: said?.role ?? 'assistant',
    // What a newer client wrote and this one cannot read keeps its place in the tree.
    parts: said?.parts ?? [],
    status,
    error,
    metadata: Object.keys(rest).length > 0 ? rest : bare.metadata,
    created_at: row.created_at,
  }
}

const whole: z.infer<typeof ownSchema> = { status: 'complete', error: null }

export function contentOfMessage({ role, parts, status, error, metadata }: Message) {
  return contentOf(role, parts, metadata, { status, error })
}

export function contentOfReply({ parts, metadata, status, problem }: Reply) {
  return contentOf('assistant', parts, metadata, { status, error: problem ?? null })
}

function contentOf(
  role: Message['role'],
  parts: readonly unknown[],
  metadata: unknown,
  own: z.infer<typeof ownSchema>,
): Record<string, unknown> {
  const isObject = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)
  const isBare = metadata !== undefined && metadata !== null && !isObject
  const isPlain = own.status === 'complete' && own.error === null && !isBare
  const all = {
    ...(isObject && metadata),
    ...(!isPlain && { [ownKey]: isBare ? { ...own, metadata } : own }),
  }
  return { role, parts, ...(Object.keys(all).length > 0 && { metadata: all }) }
}
