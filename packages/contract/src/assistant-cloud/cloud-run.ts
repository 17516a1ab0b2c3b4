import { z } from 'zod'

/** The hosted service's own assistant that writes titles. */
export const titleAssistantId = 'system/thread_title'

/**
 * Asks an assistant. The title's answer is `text/plain`; with `response_format` another's is a UI
 * message stream.
 */
export const cloudRunStreamSchema = z.looseObject({
  thread_id: z.string(),
  assistant_id: z.string(),
  response_format: z.literal('vercel-ai-data-stream/v1').optional(),
  messages: z.array(z.looseObject({ role: z.string() })),
})

/** What a client tells about a run that it has seen end. */
export const cloudRunReportSchema = z.looseObject({
  thread_id: z.string(),
  status: z.enum(['completed', 'incomplete', 'error']),
  message_id: z.string().optional(),
})

const scoreTypeSchema = z.enum(['numeric', 'categorical', 'boolean'])

export const newCloudScoreSchema = z.object({
  name: z.string().min(1),
  data_type: scoreTypeSchema,
  value: z.union([z.number(), z.boolean()]).optional(),
  string_value: z.string().optional(),
  comment: z.string().optional(),
  thread_id: z.string().optional(),
  message_id: z.string().optional(),
  run_id: z.string().optional(),
})

export const cloudScoreSchema = z.looseObject({
  score_id: z.string(),
  name: z.string(),
  data_type: scoreTypeSchema,
  value: z.number().nullable(),
  string_value: z.string().nullable(),
})

/** What a person did on the page. */
export const cloudEventsSchema = z.object({
  events: z
    .array(
      z.looseObject({
        kind: z.string(),
        thread_id: z.string().optional(),
        message_id: z.string().optional(),
        run_id: z.string().optional(),
        value: z.number().optional(),
        props: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
      }),
    )
    .min(1)
    .max(50),
})
