/** How many tokens a completion took. Nothing of it is checked before it is read. */
export interface Usage {
  readonly prompt_tokens?: unknown
  readonly completion_tokens?: unknown
  readonly total_tokens?: unknown
  readonly prompt_tokens_details?: unknown
  readonly completion_tokens_details?: unknown
}

/** The counts under the names that the reports of Assistant Cloud have; undefined: not told. */
export function toTokenUsage(usage: Usage) {
  return {
    input_tokens: countOf(usage.prompt_tokens),
    output_tokens: countOf(usage.completion_tokens),
    total_tokens: countOf(usage.total_tokens),
    cached_input_tokens: countIn(usage.prompt_tokens_details, 'cached_tokens'),
    reasoning_tokens: countIn(usage.completion_tokens_details, 'reasoning_tokens'),
  }
}

function countIn(details: unknown, name: string): number | undefined {
  return countOf((details as Readonly<Record<string, unknown>> | null | undefined)?.[name])
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
