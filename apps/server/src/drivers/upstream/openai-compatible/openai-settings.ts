import type { UpstreamRequest } from '../../../chat/upstream.ts'

/**
 * How a reply is to be written, as chat completions take it.
 * @param limitName OpenAI's models that think take the limit under its newer name alone, which others do not know
 * @see OpenAI API reference, “Create chat completion”
 */
export function toOpenAiSettings(
  { callSettings = {}, reasoningEffort }: UpstreamRequest,
  limitName: 'max_tokens' | 'max_completion_tokens',
) {
  const { maxTokens, temperature, topP, presencePenalty, frequencyPenalty, seed } = callSettings
  return {
    ...(maxTokens !== undefined && { [limitName]: maxTokens }),
    temperature,
    top_p: topP,
    presence_penalty: presencePenalty,
    frequency_penalty: frequencyPenalty,
    seed,
    reasoning_effort: reasoningEffort,
  }
}
