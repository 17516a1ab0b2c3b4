import { z } from 'zod'
import { queryNumber } from '../query.ts'

/** What is stored as it is, or looked for: PostgreSQL's text holds no NUL. */
export const storableSchema = z.string().regex(/^[^\0]*$/, 'must not contain NUL')

/** As `Date#toISOString` writes it: the client of the hosted service refuses every other form. */
export const cloudTimeSchema = z.iso.datetime({ precision: 3 })

/** A thread as Assistant Cloud has it. Its `id` is the service's; `external_id` is the app's own. */
export const cloudThreadSchema = z.looseObject({
  id: z.string(),
  title: z.string().nullable(),
  external_id: z.string().nullable(),
  project_id: z.string(),
  workspace_id: z.string(),
  created_at: cloudTimeSchema,
  updated_at: cloudTimeSchema,
  last_message_at: cloudTimeSchema,
  is_archived: z.boolean(),
  metadata: z.unknown().optional(),
})

export type CloudThread = z.infer<typeof cloudThreadSchema>

const flag = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .or(z.boolean())

/** By `last_message_at`, then `id`, descending. Archived threads and others are never mixed. */
export const cloudThreadListQuerySchema = z.object({
  is_archived: flag.default(false),
  limit: queryNumber(1, 100).default(20),
  /** The id of the last thread of the page before. */
  after: storableSchema.optional(),
  external_id: storableSchema.optional(),
})

export type CloudThreadListQuery = z.output<typeof cloudThreadListQuerySchema>

export const cloudThreadListSchema = z.looseObject({ threads: z.array(cloudThreadSchema) })

const metadataSchema = z.record(z.string(), z.unknown()).nullable()

/** An id that an app gives. */
export const externalIdSchema = storableSchema.min(1).max(255)

export const newCloudThreadSchema = z.object({
  last_message_at: z.iso.datetime({ offset: true }),
  title: storableSchema.max(255).nullish(),
  metadata: metadataSchema.optional(),
  external_id: externalIdSchema.nullish(),
  /** Gives the thread that has this `external_id` already, instead of a conflict. */
  upsert: z.boolean().optional(),
})

export type NewCloudThread = z.output<typeof newCloudThreadSchema>

export const cloudThreadUpdateSchema = z.object({
  title: storableSchema.max(255).nullish(),
  last_message_at: z.iso.datetime({ offset: true }).optional(),
  metadata: metadataSchema.optional(),
  is_archived: z.boolean().optional(),
})

export type CloudThreadUpdate = z.output<typeof cloudThreadUpdateSchema>
