import {
  chatMessageSchema,
  idSchema,
  problemSchema,
  type MessagePart,
} from '@assistant-ui-proxy/contract'
import { z } from 'zod'

// An archive is JSON Lines: what it is, then the files, then each thread followed by its messages, then
// what was reported. Version 1. Where files come last, as they once did, messages keep the old URLs.

const time = z.iso.datetime({ precision: 3 })
const text = z.string().regex(/^[^\0]*$/, 'must not contain NUL')
/** An id that somebody else gave. PostgreSQL has no index of longer ones. */
const foreignId = text.max(255).nullable()

const parts = z.array(z.unknown()).transform((list, context): MessagePart[] => {
  const message = chatMessageSchema.safeParse({ role: 'assistant', parts: list })
  if (message.success) return message.data.parts
  context.addIssue({ code: 'custom', message: message.error.issues[0]?.message ?? 'are no parts' })
  return z.NEVER
})

export const headerSchema = z.object({
  type: z.literal('archive'),
  version: z.literal(1, 'is of a newer version than this server knows'),
})

const threadSchema = z.object({
  type: z.literal('thread'),
  id: idSchema,
  title: text.max(255).nullable(),
  is_archived: z.boolean(),
  created_at: time,
  updated_at: time,
  last_message_at: time,
  external_id: foreignId,
  metadata: z.unknown().optional(),
})

const messageSchema = z.object({
  type: z.literal('message'),
  thread_id: idSchema,
  id: idSchema,
  parent_id: idSchema.nullable(),
  role: z.enum(['system', 'user', 'assistant']),
  parts,
  status: z.enum(['complete', 'stopped', 'failed']),
  error: problemSchema.nullable(),
  metadata: z.unknown().optional(),
  created_at: time,
  updated_at: time.nullable(),
  external_id: foreignId,
  /** Of `content`, as a client of Assistant Cloud's wire wrote it; both null where none did. */
  format: text.nullable(),
  content: z.unknown(),
  is_reported: z.boolean(),
})

const reportSchema = z.object({
  type: z.literal('report'),
  id: text.min(1).max(128),
  kind: z.enum(['feedback', 'run', 'score', 'event']),
  thread_id: idSchema.nullable(),
  message_id: foreignId,
  body: z.unknown(),
  created_at: time,
})

const fileSchema = z.object({
  type: z.literal('file'),
  id: z.uuid(),
  filename: text.min(1).max(255),
  media_type: text.min(1).max(255),
  created_at: time,
  /** Its bytes. */
  base64: z.base64(),
})

export const recordSchema = z.discriminatedUnion('type', [
  threadSchema,
  messageSchema,
  reportSchema,
  fileSchema,
])

export type ArchivedThread = z.output<typeof threadSchema>
export type ArchivedMessage = z.output<typeof messageSchema>
export type ArchivedReport = z.output<typeof reportSchema>
export type ArchivedFile = z.output<typeof fileSchema>
export type ArchiveRecord = z.output<typeof recordSchema>
