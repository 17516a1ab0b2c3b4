import { z } from 'zod'

/** Who answers. `auto` is what nothing is configured for: an Ollama on this machine, or the demo. */
export type UpstreamConfig =
  | { readonly name: 'auto' | 'demo' }
  | { readonly name: 'remote'; readonly baseUrl: string; readonly apiKey: string | undefined }
  | {
      readonly name: 'assistant-cloud'
      readonly baseUrl: string
      readonly apiKey: string
      readonly assistantId: string
    }
  | {
      readonly name: 'openai-compatible'
      /** Up to and including the version, such as `https://api.openai.com/v1`. */
      readonly baseUrl: string
      readonly apiKey: string | undefined
      /** Undefined: the first that the server lists. */
      readonly model: string | undefined
    }

const openAiUrl = 'https://api.openai.com/v1'

const kinds = ['assistant-cloud', 'remote', 'openai-compatible', 'demo'] as const

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
  THREADS: z.literal('remote', 'must be remote, or not set').optional(),
  ASSISTANT_UI_BASE_URL: httpUrl.optional(),
  ASSISTANT_UI_API_KEY: z.string().optional(),
  ASSISTANT_UI_ASSISTANT_ID: z.string().optional(),
  OPENAI_BASE_URL: httpUrl.optional(),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_MODEL: z.string().optional(),
}

type Variables = z.output<z.ZodObject<typeof upstreamVariables>>

/**
 * What the variables choose: who is asked, and who instead where one fails.
 * @returns also why the first was chosen, and the variables that are missing, each with what to do
 */
export function chooseUpstreams(variables: Variables) {
  const { name, reason } = variables.UPSTREAM === 'auto' ? whatIsConfigured(variables) : asTold
  const first = name ?? variables.UPSTREAM
  const chosen = [first, ...variables.UPSTREAM_FALLBACK].map((each) => upstreamOf(each, variables))
  return {
    upstreams: chosen.map(({ upstream }) => upstream),
    upstreamReason: reason,
    missing: Object.assign({}, ...chosen.map(({ missing }) => missing)) as Missing,
  }
}

const asTold = { name: undefined, reason: 'as UPSTREAM says' }

/** Where threads are kept that are not kept in a database of this server's own. */
export interface CloudThreadsConfig {
  readonly name: 'assistant-cloud' | 'remote'
  readonly baseUrl: string
  /** Undefined: another server of this kind that lets everybody in, as one user. */
  readonly apiKey: string | undefined
}

/** Where it is told so, and in Assistant Cloud where there is a key for it and no database is named. */
export function chooseCloudThreads(
  { THREADS, ASSISTANT_UI_BASE_URL: baseUrl, ASSISTANT_UI_API_KEY: apiKey }: Variables,
  hasDatabase: boolean,
): { cloudThreads: CloudThreadsConfig | undefined; missing: Missing } {
  if (THREADS === 'remote') {
    const missing =
      baseUrl === undefined ? { ASSISTANT_UI_BASE_URL: 'must be set, since THREADS is remote' } : {}
    return { cloudThreads: { name: THREADS, baseUrl: baseUrl ?? '', apiKey }, missing }
  }
  const isCloud = baseUrl !== undefined && apiKey !== undefined && !hasDatabase
  return {
    cloudThreads: isCloud ? { name: 'assistant-cloud', baseUrl, apiKey } : undefined,
    missing: {},
  }
}

type Missing = Partial<Record<keyof Variables, string>>

function upstreamOf(
  name: UpstreamConfig['name'],
  variables: Variables,
): { upstream: UpstreamConfig; missing: Missing } {
  switch (name) {
    case 'assistant-cloud': {
      const { ASSISTANT_UI_BASE_URL, ASSISTANT_UI_API_KEY, ASSISTANT_UI_ASSISTANT_ID } = variables
      const needed = { ASSISTANT_UI_BASE_URL, ASSISTANT_UI_API_KEY, ASSISTANT_UI_ASSISTANT_ID }
      const missing = Object.entries(needed)
        .filter(([, value]) => value === undefined)
        .map(([key]) => [key, 'must be set, since the upstream assistant-cloud is chosen'])
      const upstream = {
        name,
        baseUrl: ASSISTANT_UI_BASE_URL ?? '',
        apiKey: ASSISTANT_UI_API_KEY ?? '',
        assistantId: ASSISTANT_UI_ASSISTANT_ID ?? '',
      }
      return { upstream, missing: Object.fromEntries(missing) as Missing }
    }
    case 'remote': {
      const baseUrl = variables.ASSISTANT_UI_BASE_URL
      const missing =
        baseUrl === undefined
          ? { ASSISTANT_UI_BASE_URL: 'must be set, since the upstream remote is chosen' }
          : {}
      const upstream = { name, baseUrl: baseUrl ?? '', apiKey: variables.ASSISTANT_UI_API_KEY }
      return { upstream, missing }
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

function whatIsConfigured(variables: Variables): {
  name: UpstreamConfig['name']
  reason: string | undefined
} {
  const isSet = (...names: (keyof Variables)[]) =>
    names.every((name) => variables[name] !== undefined)
  if (isSet('ASSISTANT_UI_BASE_URL', 'ASSISTANT_UI_API_KEY', 'ASSISTANT_UI_ASSISTANT_ID'))
    return { name: 'assistant-cloud', reason: 'since ASSISTANT_UI_ASSISTANT_ID is set' }
  const isRemote = variables.THREADS === 'remote' || !isSet('ASSISTANT_UI_API_KEY')
  if (isSet('ASSISTANT_UI_BASE_URL') && isRemote)
    return { name: 'remote', reason: 'since ASSISTANT_UI_BASE_URL is set' }
  if (isSet('OPENAI_BASE_URL'))
    return { name: 'openai-compatible', reason: 'since OPENAI_BASE_URL is set' }
  if (isSet('OPENAI_API_KEY'))
    return { name: 'openai-compatible', reason: 'since OPENAI_API_KEY is set' }
  return { name: 'auto', reason: undefined }
}
