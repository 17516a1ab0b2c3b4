import { initContract } from '@ts-rest/core'
import { z } from 'zod'
import { idSchema } from './id.ts'
import { commonProblems, problemSchema } from './problem.ts'
import { queryNumber } from './query.ts'
import { threadSchema } from './thread.ts'

const c = initContract()

const searchQuerySchema = z.strictObject({
  /** What is looked for, 1 to 200 characters: all of its words, the last perhaps not whole yet. */
  q: z.string().trim().min(1, 'must not be empty').max(200),
  /** So many threads, 1 to 50. */
  limit: queryNumber(1, 50).default(20),
})

export type SearchQuery = z.output<typeof searchQuerySchema>

const searchHitSchema = z
  .object({
    thread: threadSchema,
    /** The newest message that has the words; null where the title has them. */
    message_id: idSchema.nullable(),
    /** Where the words stand, in pieces; what `is_match` is to be highlighted. Plain text. */
    snippet: z.array(z.object({ text: z.string(), is_match: z.boolean() })),
  })
  .meta({ id: 'SearchHit' })

export type SearchHit = z.infer<typeof searchHitSchema>

export const searchContract = c.router(
  {
    find: {
      method: 'GET',
      path: '/api/search',
      query: searchQuerySchema,
      responses: { 200: z.array(searchHitSchema), 501: problemSchema },
      summary: 'Threads whose titles or messages have these words, those last written to first',
    },
  },
  { commonResponses: commonProblems },
)
