import {
  chatMessageSchema,
  type ChatMessage,
  type CloudRunStream,
} from '@assistant-ui-proxy/contract'
import { AppError } from '../app-error.ts'
import { fromAuiV0 } from './aui-v0.ts'

/**
 * The messages that a client sends to an assistant: `content` is text, or parts as assistant-ui has
 * them. What only its own runtime understands is left out.
 * @throws AppError `invalid_request` where nothing is left
 */
export function readRunMessages(messages: CloudRunStream['messages']): ChatMessage[] {
  const read = messages.flatMap((message) => {
    const { role, content, attachments } = message as Record<string, unknown>
    const said = Array.isArray(content)
      ? fromAuiV0({ role, content, attachments })
      : { role, content }
    return chatMessageSchema.safeParse(said).data ?? []
  })
  if (read.length > 0) return read
  throw new AppError('invalid_request', 'messages: there is none with a role and a text.')
}
