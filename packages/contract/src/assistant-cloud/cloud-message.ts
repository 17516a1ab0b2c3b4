import { z } from 'zod'
import { queryNumber } from '../query.ts'
import { cloudTimeSchema, externalIdSchema, storableSchema } from './cloud-thread.ts'

/** How `content` is to be read: `aui/v0`, `ai-sdk/v5`, `ai-sdk/v6`, or what a newer client writes. */
const formatSchema = storableSchema.min(1).max(64)

const contentSchema = z.record(z.string(), z.unknown())

/** A node of a thread's message tree as Assistant Cloud has it. The root's `height` is 0. */
const cloudMessageSchema = z.looseObject({
  id: z.string(),
  parent_id: z.string().nullable(),
  height: z.int(),
  created_at: cloudTimeSchema,
  updated_at: cloudTimeSchema,
  format: formatSchema,
  content: contentSchema,
  external_id: z.string().nullish(),
})

export type CloudMessage = z.infer<typeof cloudMessageSchema>

/** By height, `created_at` and `id`, all descending. */
export const cloudMessageListQuerySchema = z.object({
  /** Only what can be given in this format. */
  format: formatSchema.optional(),
  limit: queryNumber(1, 200).default(200),
  /** The id of the last message of the page before. */
  after: storableSchema.optional(),
})

export type CloudMessageListQuery = z.output<typeof cloudMessageListQuerySchema>

export const cloudMessageListSchema = z.looseObject({ messages: z.array(cloudMessageSchema) })

export const newCloudMessageSchema = z.object({
  parent_id: storableSchema.nullable(),
  format: formatSchema,
  content: contentSchema,
  external_id: externalIdSchema.nullish(),
  /** Names the parent by its own `external_id`, where `parent_id` is not known. */
  parent_external_id: storableSchema.nullish(),
})

export type NewCloudMessage = z.output<typeof newCloudMessageSchema>

export const cloudMessageUpdateSchema = z.object({ content: contentSchema })

export const cloudMessageDeletionSchema = z.object({
  message_ids: z.array(storableSchema).min(1).max(200),
})

const feedbackTypeSchema = z.enum(['positive', 'negative'])

export const newCloudFeedbackSchema = z.object({
  type: feedbackTypeSchema,
  comment: z.string().max(10_000).optional(),
})

export const cloudFeedbackSchema = z.looseObject({
  feedback_id: z.string(),
  type: feedbackTypeSchema,
  comment: z.string().nullish(),
})

export type NewCloudFeedback = z.output<typeof newCloudFeedbackSchema>
export type CloudFeedback = z.infer<typeof cloudFeedbackSchema>
