import { z } from 'zod'
import { queryNumber } from '../query.ts'
import { storableSchema } from './cloud-thread.ts'

/** The hosted service's own assistant that writes titles. */
export const titleAssistantId = 'system/thread_title'

/**
 * Asks an assistant. The title's answer is `text/plain`; with `response_format` another's is a UI
 * message stream.
 */
export const cloudRunStreamSchema = z.looseObject({
  thread_id: storableSchema,
  assistant_id: z.string(),
  response_format: z.literal('vercel-ai-data-stream/v1').optional(),
  messages: z.array(z.looseObject({ role: z.string() })),
})

export type CloudRunStream = z.output<typeof cloudRunStreamSchema>

/** Kept as it is told: a database indexes no more of it. */
const reportedIdSchema = storableSchema.max(255)

/** What a client tells about a run that it has seen end. */
export const cloudRunReportSchema = z.looseObject({
  thread_id: storableSchema,
  status: z.enum(['completed', 'incomplete', 'error']),
  message_id: reportedIdSchema.optional(),
})

export type CloudRunReport = z.output<typeof cloudRunReportSchema>

const scoreTypeSchema = z.enum(['numeric', 'categorical', 'boolean'])

export const newCloudScoreSchema = z.object({
  name: z.string().min(1),
  data_type: scoreTypeSchema,
  value: z.union([z.number(), z.boolean()]).optional(),
  string_value: z.string().optional(),
  comment: z.string().optional(),
  thread_id: storableSchema.optional(),
  message_id: reportedIdSchema.optional(),
  run_id: z.string().optional(),
})

export type NewCloudScore = z.output<typeof newCloudScoreSchema>

export const cloudScoreSchema = z.looseObject({
  score_id: z.string(),
  name: z.string(),
  data_type: scoreTypeSchema,
  value: z.number().nullable(),
  string_value: z.string().nullable(),
})

export type CloudScore = z.infer<typeof cloudScoreSchema>

/** What a person did on the page. */
export const cloudEventsSchema = z.object({
  events: z
    .array(
      z.looseObject({
        kind: z.string(),
        thread_id: storableSchema.optional(),
        message_id: reportedIdSchema.optional(),
        run_id: z.string().optional(),
        value: z.number().optional(),
        props: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
      }),
    )
    .min(1)
    .max(50),
})

export type CloudEvents = z.output<typeof cloudEventsSchema>

const reportKindSchema = z.enum(['feedback', 'run', 'score', 'event'])

/** For those who run a server of this wire; the hosted service has a dashboard instead. */
export const cloudReportListQuerySchema = z.object({
  kind: reportKindSchema,
  thread_id: storableSchema.optional(),
  limit: queryNumber(1, 200).default(50),
  /** The id of the last report of the page before. */
  after: storableSchema.optional(),
})

export type CloudReportListQuery = z.output<typeof cloudReportListQuerySchema>

/** Newest first. `body` is what the client sent. */
export const cloudReportListSchema = z.looseObject({
  reports: z.array(
    z.looseObject({
      id: z.string(),
      kind: reportKindSchema,
      workspace_id: z.string(),
      user_id: z.string(),
      thread_id: z.string().nullable(),
      message_id: z.string().nullable(),
      body: z.unknown(),
      created_at: z.string(),
    }),
  ),
})
