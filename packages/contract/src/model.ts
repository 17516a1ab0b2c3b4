import { z } from 'zod'

/** A model that a chat may ask for by its id. */
export const modelSchema = z
  .object({
    id: z.string().min(1).max(256),
    /** Whether it answers where a chat names none. */
    is_default: z.boolean(),
  })
  .meta({ id: 'Model' })

export type Model = z.infer<typeof modelSchema>
