import { z } from 'zod'
import { idSchema } from './id.ts'
import { queryFlag, queryNumber } from './query.ts'

const titleSchema = z.string().trim().min(1, 'must not be empty').max(255)

export const threadSchema = z
  .object({
    id: idSchema,
    title: z.string().nullable(),
    is_archived: z.boolean(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
    /** When a message was last added; lists are ordered by it, newest first. */
    last_message_at: z.iso.datetime(),
  })
  .meta({ id: 'Thread' })

export type Thread = z.infer<typeof threadSchema>

export const createThreadSchema = z.strictObject({
  id: idSchema.optional(),
  title: titleSchema.nullish(),
})

export const updateThreadSchema = z
  .strictObject({ title: titleSchema.optional(), is_archived: z.boolean().optional() })
  .refine((update) => Object.keys(update).length > 0, 'must change title or is_archived')

export type ThreadUpdate = z.output<typeof updateThreadSchema>

export const listThreadsQuerySchema = z.strictObject({
  /** Page size, 1 to 100. A page that is shorter is the last. */
  limit: queryNumber(1, 100).default(50),
  /** The id of the last thread of the page before. */
  after: idSchema.optional(),
  /** Archived threads and the others are never in one list. */
  is_archived: queryFlag.default(false),
})

export const listMessagesQuerySchema = z.strictObject({
  /** The newest so many, 1 to 500; all where it is left out. */
  limit: queryNumber(1, 500).optional(),
})

export type ListThreadsQuery = z.output<typeof listThreadsQuerySchema>
