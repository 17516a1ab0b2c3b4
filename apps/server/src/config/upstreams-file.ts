import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { z } from 'zod'
import { workspaceRoot, type Env } from './env.ts'
import { httpUrl, openAiUrl, upstreamKinds, type UpstreamConfig } from './upstream-config.ts'

/** Keys are not in the file: it may be shown, and kept with the code. */
const keyVariable = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/i, 'must be the name of the variable that holds the key')

const entrySchema = z.discriminatedUnion(
  'kind',
  [
    z
      .strictObject({
        kind: z.literal('openai-compatible'),
        base_url: httpUrl.default(openAiUrl),
        api_key_variable: keyVariable.optional(),
        model: z.string().min(1).optional(),
      })
      .refine(({ base_url, model }) => base_url !== openAiUrl || model !== undefined, {
        path: ['model'],
        error: 'must be set: OpenAI lists too many to choose one',
      }),
    z.strictObject({
      kind: z.literal('remote'),
      base_url: httpUrl,
      api_key_variable: keyVariable.optional(),
    }),
    z.strictObject({
      kind: z.literal('assistant-cloud'),
      base_url: httpUrl,
      api_key_variable: keyVariable,
      assistant_id: z.string().min(1),
    }),
  ],
  { error: 'must be openai-compatible, remote or assistant-cloud' },
)

const reserved: ReadonlySet<string> = new Set(['auto', ...upstreamKinds])

const fileSchema = z
  .record(
    z
      .string()
      .regex(/^[\w-]{1,64}$/, 'a name is letters, digits, - and _')
      .refine((name) => !reserved.has(name), 'is the name of a kind: take another'),
    entrySchema,
  )
  .refine((entries) => Object.keys(entries).length > 0, 'names no upstream')

/** What a file of upstreams says, in its order. */
export interface NamedUpstreams {
  readonly byName: ReadonlyMap<string, UpstreamConfig>
  /** What is wrong with it, in words. */
  readonly faults: readonly string[]
}

/**
 * The upstreams that `UPSTREAMS_FILE` names: several of a kind, each with its own address, key and model.
 * @param env the variables, some of which hold their keys
 */
export function readUpstreamsFile(env: Env): NamedUpstreams {
  const path = env['UPSTREAMS_FILE']
  if (path === undefined) return { byName: new Map(), faults: [] }
  let content: unknown
  try {
    content = JSON.parse(readFileSync(resolve(workspaceRoot, path), 'utf8'))
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'is not JSON' : 'cannot be read'
    return { byName: new Map(), faults: [`${path} ${reason}`] }
  }
  const parsed = fileSchema.safeParse(content)
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => [issue.path.join('.'), wordsOf(issue)])
    return { byName: new Map(), faults: faults.map((words) => words.join(' ').trim()) }
  }
  const faults = Object.entries(parsed.data).flatMap(([name, { api_key_variable: variable }]) =>
    variable === undefined || env[variable] !== undefined
      ? []
      : [`${name}.api_key_variable: ${variable} is not set`],
  )
  const upstreams = Object.entries(parsed.data).map(
    ([name, entry]) => [name, upstreamOf(name, entry, env)] as const,
  )
  return { byName: new Map(upstreams), faults }
}

function wordsOf(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message
}

function upstreamOf(name: string, entry: z.output<typeof entrySchema>, env: Env): UpstreamConfig {
  const { base_url: baseUrl, api_key_variable: variable = '' } = entry
  const apiKey = env[variable]
  switch (entry.kind) {
    case 'openai-compatible':
      return { name, kind: entry.kind, baseUrl, apiKey, model: entry.model }
    case 'remote':
      return { name, kind: entry.kind, baseUrl, apiKey }
    case 'assistant-cloud': {
      const { kind, assistant_id: assistantId } = entry
      return { name, kind, baseUrl, apiKey: apiKey ?? '', assistantId }
    }
  }
}
