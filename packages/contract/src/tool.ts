import { z } from 'zod'

/**
 * Tools that run on the side of who asks, by name, as assistant-ui sends them. A model may call them;
 * the results come with the next request, in the reply that made the call.
 */
export const toolsSchema = z
  .record(
    z.string().regex(/^[\w-]{1,64}$/, 'must be 1 to 64 of A–Z a–z 0–9 _ -'),
    z.object({
      description: z.string().optional(),
      /** JSON Schema of the input. */
      parameters: z.record(z.string(), z.unknown()),
    }),
  )
  .meta({ id: 'Tools' })

export type Tools = z.infer<typeof toolsSchema>
