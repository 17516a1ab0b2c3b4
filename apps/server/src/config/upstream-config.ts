import { z } from 'zod'

/** Who answers. `auto` is what nothing is configured for: an Ollama on this machine, or the demo. */
export type UpstreamConfig =
  | { readonly name: 'auto' | 'demo' }
  | { readonly name: 'remote'; readonly baseUrl: string }
  | {
      readonly name: 'openai-compatible'
      /** Up to and including the version, such as `https://api.openai.com/v1`. */
      readonly baseUrl: string
      readonly apiKey: string | undefined
      /** Undefined: the first that the server lists. */
      readonly model: string | undefined
    }

const openAiUrl = 'https://api.openai.com/v1'

const kinds = ['remote', 'openai-compatible', 'demo'] as const

const httpUrl = z
  .url({
    protocol: /^https?$/,
    error: 'must be an http or https URL, such as http://127.0.0.1:9000',
  })
  .transform((url) => url.replace(/\/+$/, ''))

/** The variables that say who answers. */
export const upstreamVariables = {
  UPSTREAM: z.enum(['auto', ...kinds]).default('auto'),
  UPSTREAM_FALLBACK: z
    .string()
    .transform((list) => list.split(',').map((name) => name.trim()))
    .pipe(z.array(z.enum(kinds)))
    .default([]),
  ASSISTANT_UI_BASE_URL: httpUrl.optional(),
  OPENAI_BASE_URL: httpUrl.optional(),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_MODEL: z.string().optional(),
}

type Variables = z.output<z.ZodObject<typeof upstreamVariables>>

/**
 * What the variables choose: who is asked, and who instead where one fails.
 * @returns also the variables that are missing for it, each with what to do
 */
export function chooseUpstreams(variables: Variables) {
  const first = variables.UPSTREAM === 'auto' ? whatIsConfigured(variables) : variables.UPSTREAM
  const chosen = [first, ...variables.UPSTREAM_FALLBACK].map((name) => upstreamOf(name, variables))
  return {
    upstreams: chosen.map(({ upstream }) => upstream),
    missing: Object.assign({}, ...chosen.map(({ missing }) => missing)) as Missing,
  }
}

type Missing = Partial<Record<keyof Variables, string>>

function upstreamOf(
  name: UpstreamConfig['name'],
  variables: Variables,
): { upstream: UpstreamConfig; missing: Missing } {
  switch (name) {
    case 'remote': {
      const baseUrl = variables.ASSISTANT_UI_BASE_URL
      const missing =
        baseUrl === undefined
          ? { ASSISTANT_UI_BASE_URL: 'must be set, since the upstream remote is chosen' }
          : {}
      return { upstream: { name, baseUrl: baseUrl ?? '' }, missing }
    }
    case 'openai-compatible': {
      const baseUrl = variables.OPENAI_BASE_URL ?? openAiUrl
      const model = variables.OPENAI_MODEL
      const missing =
        baseUrl === openAiUrl && model === undefined
          ? { OPENAI_MODEL: 'must be set, such as gpt-5-mini: OpenAI lists too many to choose one' }
          : {}
      return { upstream: { name, baseUrl, apiKey: variables.OPENAI_API_KEY, model }, missing }
    }
    default:
      return { upstream: { name }, missing: {} }
  }
}

function whatIsConfigured(variables: Variables): UpstreamConfig['name'] {
  if (variables.ASSISTANT_UI_BASE_URL !== undefined) return 'remote'
  if (variables.OPENAI_BASE_URL !== undefined || variables.OPENAI_API_KEY !== undefined)
    return 'openai-compatible'
  return 'auto'
}
