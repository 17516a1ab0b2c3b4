import { z } from 'zod'
import { list, type Missing } from './variables.ts'

/** Who answers. `auto` is what nothing is configured for: an Ollama on this machine, or the demo. */
export type UpstreamConfig = {
  /** As variables name it: its kind, or what `UPSTREAMS_FILE` calls it. */
  readonly name: string
} & (
  | { readonly kind: 'auto' | 'demo' }
  | { readonly kind: 'remote'; readonly baseUrl: string; readonly apiKey: string | undefined }
  | {
      readonly kind: 'assistant-cloud'
      readonly baseUrl: string
      readonly apiKey: string
      readonly assistantId: string
    }
  | {
      readonly kind: 'openai-compatible'
      /** Up to and including the version, such as `https://api.openai.com/v1`. */
      readonly baseUrl: string
      readonly apiKey: string | undefined
      /** Undefined: the first that the server lists. */
      readonly model: string | undefined
    }
)

export const openAiUrl = 'https://api.openai.com/v1'

export const upstreamKinds = ['assistant-cloud', 'remote', 'openai-compatible', 'demo'] as const

export const httpUrl = z
  .url({
    protocol: /^https?$/,
    error: 'must be an http or https URL, such as http://127.0.0.1:9000',
  })
  .transform((url) => url.replace(/\/+$/, ''))

/**
 * The variables that say who answers.
 * @param names of the upstreams in `UPSTREAMS_FILE`
 */
export const upstreamVariables = (names: readonly string[]) => ({
  UPSTREAM: z.enum(['auto', ...upstreamKinds, ...names]).default('auto'),
  UPSTREAM_FALLBACK: list.pipe(z.array(z.enum([...upstreamKinds, ...names]))).default([]),
  THREADS: z.literal('remote', 'must be remote, or not set').optional(),
  ASSISTANT_UI_BASE_URL: httpUrl.optional(),
  ASSISTANT_UI_API_KEY: z.string().optional(),
  ASSISTANT_UI_ASSISTANT_ID: z.string().optional(),
  OPENAI_BASE_URL: httpUrl.optional(),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_MODEL: z.string().optional(),
})

type Variables = z.output<z.ZodObject<ReturnType<typeof upstreamVariables>>>

/**
 * What the variables choose: who is asked, and who instead where one fails.
 * @param named the upstreams in `UPSTREAMS_FILE`
 * @returns also why the first was chosen, and the variables that are missing, each with what to do
 */
export function chooseUpstreams(variables: Variables, named: ReadonlyMap<string, UpstreamConfig>) {
  const isAuto = variables.UPSTREAM === 'auto'
  const { name, reason } = isAuto ? whatIsConfigured(variables, named) : asConfigured
  const first = name ?? variables.UPSTREAM
  const chosen = [first, ...variables.UPSTREAM_FALLBACK].map((each) => {
    const upstream = named.get(each)
    // What the file does not name is a kind: the variables may say nothing else.
    return upstream
      ? { upstream, missing: {} }
      : upstreamOf(each as UpstreamConfig['kind'], variables)
  })
  return {
    upstreams: chosen.map(({ upstream }) => upstream),
    upstreamReason: reason,
    missing: Object.assign({}, ...chosen.map(({ missing }) => missing)) as Missing<Variables>,
  }
}

const asConfigured = { name: undefined, reason: 'as UPSTREAM says' }

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
): { cloudThreads: CloudThreadsConfig | undefined; missing: Missing<Variables> } {
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

function upstreamOf(
  name: UpstreamConfig['kind'],
  variables: Variables,
): { upstream: UpstreamConfig; missing: Missing<Variables> } {
  switch (name) {
    case 'assistant-cloud': {
      const { ASSISTANT_UI_BASE_URL, ASSISTANT_UI_API_KEY, ASSISTANT_UI_ASSISTANT_ID } = variables
      const needed = { ASSISTANT_UI_BASE_URL, ASSISTANT_UI_API_KEY, ASSISTANT_UI_ASSISTANT_ID }
      const missing = Object.entries(needed)
        .filter(([, value]) => value === undefined)
        .map(([key]) => [key, 'must be set, since the upstream assistant-cloud is chosen'])
      const upstream = {
        name,
        kind: name,
        baseUrl: ASSISTANT_UI_BASE_URL ?? '',
        apiKey: ASSISTANT_UI_API_KEY ?? '',
        assistantId: ASSISTANT_UI_ASSISTANT_ID ?? '',
      }
      return { upstream, missing: Object.fromEntries(missing) as Missing<Variables> }
    }
    case 'remote': {
      const baseUrl = variables.ASSISTANT_UI_BASE_URL
      const missing =
        baseUrl === undefined
          ? { ASSISTANT_UI_BASE_URL: 'must be set, since the upstream remote is chosen' }
          : {}
      const apiKey = variables.ASSISTANT_UI_API_KEY
      return { upstream: { name, kind: name, baseUrl: baseUrl ?? '', apiKey }, missing }
    }
    case 'openai-compatible': {
      const baseUrl = variables.OPENAI_BASE_URL ?? openAiUrl
      const model = variables.OPENAI_MODEL
      const missing =
        baseUrl === openAiUrl && model === undefined
          ? { OPENAI_MODEL: 'must be set, such as gpt-5-mini: OpenAI lists too many to choose one' }
          : {}
      const apiKey = variables.OPENAI_API_KEY
      return { upstream: { name, kind: name, baseUrl, apiKey, model }, missing }
    }
    case 'demo':
    case 'auto':
      return { upstream: { name, kind: name }, missing: {} }
  }
}

/** @returns no name where nothing is */
function whatIsConfigured(
  variables: Variables,
  named: ReadonlyMap<string, UpstreamConfig>,
): { name: string | undefined; reason: string | undefined } {
  const [first] = named.keys()
  if (first !== undefined) return { name: first, reason: 'the first in UPSTREAMS_FILE' }
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
  return { name: undefined, reason: undefined }
}
