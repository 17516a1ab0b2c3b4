import { z } from 'zod'
import { modelSchema } from './model.ts'

/**
 * How a model is to answer, as assistant-ui's model context has it. What is left out is as the model has it.
 * The `headers` that stand beside these go nowhere: what an upstream is told is the server's to say.
 */
export const callSettingsSchema = z
  .object({
    /** The longest reply, in tokens. */
    maxTokens: z.int().positive().optional(),
    temperature: z.number().nonnegative().optional(),
    topP: z.number().min(0).max(1).optional(),
    presencePenalty: z.number().optional(),
    frequencyPenalty: z.number().optional(),
    seed: z.int().optional(),
  })
  .meta({ id: 'CallSettings' })

export type CallSettings = z.infer<typeof callSettingsSchema>

/**
 * Which model is to answer, as assistant-ui's model selector has it. The `apiKey` and `baseUrl` that may
 * stand beside these go nowhere, either.
 */
export const modelConfigSchema = z
  .object({
    /** What `model` is; the latter counts where both are there. */
    modelName: modelSchema.shape.id.optional(),
    /** How long it is to think: `low`, `medium`, `high`, or another word that it knows. */
    reasoningEffort: z.string().min(1).max(64).optional(),
  })
  .meta({ id: 'ModelConfig' })
