import { z } from 'zod'
import { idSchema } from './id.ts'
import { messagePartSchema } from './message-part.ts'
import { problemSchema } from './problem.ts'

const messageRoleSchema = z.enum(['system', 'user', 'assistant'])

export type MessageRole = z.infer<typeof messageRoleSchema>

/**
 * `streaming` while the reply grows, then `complete`, `stopped` (the reader left or pressed stop)
 * or `failed` (with `error`). What the user wrote is `complete` from the start.
 */
const messageStatusSchema = z.enum(['streaming', 'complete', 'stopped', 'failed'])

export type MessageStatus = z.infer<typeof messageStatusSchema>

/** One node of a thread's message tree. Siblings are edits or regenerated replies. */
export const messageSchema = z
  .object({
    id: idSchema,
    parent_id: idSchema.nullable(),
    role: messageRoleSchema,
    parts: z.array(messagePartSchema),
    status: messageStatusSchema,
    /** Why the reply failed; null unless `status` is `failed`. */
    error: problemSchema.nullable(),
    metadata: z.unknown(),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Message' })

export type Message = z.infer<typeof messageSchema>

/**
 * A message of a chat request: `{role, content}`, or an AI SDK `UIMessage` (`parts` wins where a
 * client sends both). Either way it is read as parts.
 */
export const chatMessageSchema = z
  .object({
    id: idSchema.optional(),
    role: messageRoleSchema,
    content: z.string().optional(),
    parts: z.array(messagePartSchema).optional(),
    metadata: z.unknown().optional(),
  })
  // Beside parts it is empty where they have no text, such as a file alone, or the call of a tool.
  .refine(({ content, parts }) => content !== '' || parts !== undefined, {
    path: ['content'],
    error: 'must not be empty',
    // Told along with other faults.
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .superRefine((message, context) => {
    if (message.parts === undefined && message.content === undefined)
      context.addIssue({ code: 'custom', message: 'needs content (a string) or parts' })
    if (message.role === 'user' && message.parts?.length === 0)
      context.addIssue({ code: 'custom', path: ['parts'], message: 'must not be empty' })
  })
  .transform(({ content, parts, ...rest }) => ({
    ...rest,
    parts: parts ?? [{ type: 'text' as const, text: content ?? '' }],
  }))
  .meta({ id: 'ChatMessage' })

/** A message on its way to an upstream. */
export type ChatMessage = z.output<typeof chatMessageSchema>
