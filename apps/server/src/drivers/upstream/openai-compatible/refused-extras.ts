import { AppError } from '../../../app-error.ts'

/**
 * What a request has that some servers want, or take, and others refuse: the question how many tokens it
 * took, which Mistral's does not know; what was said as `reasoning`, which vLLM wants back, and Groq and
 * Cerebras refuse; the older name of the limit, under which OpenAI's models that think do not take it; tool
 * calls under ids that another model gave them; and several messages of the user, or of the system, in a row,
 * which Perplexity and the templates of Mistral's, Google's and Qwen's open models do not take.
 */
export type Extra = 'stream_options' | 'reasoning' | 'max_tokens' | 'tool_calls' | 'roles in a row'

export const newLimitName = 'max_completion_tokens'

/** What a server says that it refuses a request for. */
export function refusedExtra(error: unknown): Extra | undefined {
  if (!(error instanceof AppError) || !(error.cause instanceof Error)) return undefined
  // llama.cpp's answers with 500 where it is the template of the model that refuses.
  if (!['upstream_rejected', 'upstream_error'].includes(error.problem.code)) return undefined
  const { message } = error.cause
  if (message.includes('stream_options')) return 'stream_options'
  if (message.includes(newLimitName)) return 'max_tokens'
  if (/\btool.calls?\b.*\bid\b/i.test(message)) return 'tool_calls'
  if (/\balternat(?:e|ing)\b|system message must be at the beginning/i.test(message))
    return 'roles in a row'
  return /\breasoning\b/.test(message) ? 'reasoning' : undefined
}
