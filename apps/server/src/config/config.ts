import { resolve } from 'node:path'
import { z } from 'zod'
import { chooseFiles, filesVariables, type FilesConfig } from './files-config.ts'
import { authVariables, chooseAuth, type AuthConfig } from './auth-config.ts'
import { chooseDatabase, databaseVariables, type DatabaseConfig } from './database-config.ts'
import { workspaceRoot, type Env } from './env.ts'
import {
  chooseResilience,
  resilienceVariables,
  type ResilienceConfig,
} from './resilience-config.ts'
import {
  chooseCloudThreads,
  chooseUpstreams,
  upstreamVariables,
  type CloudThreadsConfig,
  type UpstreamConfig,
} from './upstream-config.ts'
import { readUpstreamsFile } from './upstreams-file.ts'
import { list, milliseconds, wholeNumber } from './variables.ts'

export interface Config {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly environment: string
  /** Origins whose pages may call the API; `*` is any. */
  readonly corsOrigins: readonly string[]
  /** Addresses of this server whose names it is asked for by; undefined: any. */
  readonly knownUrls: readonly string[] | undefined
  readonly auth: AuthConfig
  readonly database: DatabaseConfig
  /** Where attachments are kept. */
  readonly files: FilesConfig
  /** Keeps the threads instead of the database, where it is set. */
  readonly cloudThreads: CloudThreadsConfig | undefined
  /** Shares the replies that are being written between servers; undefined: each keeps its own. */
  readonly redisUrl: string | undefined
  /** The first is asked; the others, one after another, where it fails. */
  readonly upstreams: readonly UpstreamConfig[]
  /** Why the first was chosen; undefined where that is found out at the start. */
  readonly upstreamReason: string | undefined
  readonly resilience: ResilienceConfig
  /** Whether a reply in a thread goes on when its reader leaves. */
  readonly disconnectPolicy: 'continue' | 'abort'
  /** After so long without a word, a stream is told that it is alive. */
  readonly keepAliveMs: number
  readonly logLevel: string
  /** How long streams may go on after a signal to stop, in ms. */
  readonly shutdownTimeoutMs: number
  /** The built web app, served where it exists. */
  readonly webRoot: string
}

/** The start cannot go on; the message is for the person who starts it. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

const port = (fallback: number) =>
  wholeNumber(fallback, 0).pipe(z.int().max(65_535, 'must be at most 65535'))

const origin = z
  .string()
  .refine(
    (text) => text === '*' || (/^https?:/.test(text) && URL.parse(text)?.origin === text),
    'must be an origin such as https://chat.example.com, without a path or a slash at its end, or *',
  )

const variables = {
  HOST: z.string().default('127.0.0.1'),
  PORT: port(8000),
  WEB_PORT: port(3000),
  ENVIRONMENT: z
    .string()
    .regex(/^[\w-]+$/, 'must be one word, such as production')
    .default('development'),
  CORS_ORIGINS: list.pipe(z.array(origin).min(1)).optional(),
  ...authVariables,
  ...databaseVariables,
  ...filesVariables,
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be redis://host:port' }).optional(),
  ...resilienceVariables,
  DISCONNECT_POLICY: z.enum(['continue', 'abort']).default('continue'),
  KEEP_ALIVE_INTERVAL_MS: milliseconds(15_000, 1),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
}

/**
 * @param env names and values, none of them empty
 * @throws StartError that lists every variable with a fault
 */
export function createConfig(env: Env): Config {
  const { byName, faults: fileFaults } = readUpstreamsFile(env)
  const ofFile = fileFaults.map((message) => ({ path: ['UPSTREAMS_FILE'], message }))
  const schema = z.object({ ...variables, ...upstreamVariables([...byName.keys()]) })
  const parsed = schema.safeParse(env)
  if (!parsed.success) {
    // The names that these may say are not known where the file could not be read.
    const isOfNames = ({ path: [name] }: z.core.$ZodIssue) =>
      ofFile.length > 0 && (name === 'UPSTREAM' || name === 'UPSTREAM_FALLBACK')
    const others = parsed.error.issues.filter((issue) => !isOfNames(issue))
    throw new StartError(describeFaults([...ofFile, ...others]))
  }
  const vars = parsed.data
  const { upstreams, upstreamReason, missing } = chooseUpstreams(vars, byName)
  const { files, missing: missingFiles } = chooseFiles(vars)
  const hasDatabase = env['DATABASE_URL'] !== undefined
  const { cloudThreads, missing: missingThreads } = chooseCloudThreads(vars, hasDatabase)
  const { auth, missing: missingAuth } = chooseAuth(vars, vars.ENVIRONMENT, cloudThreads)
  const absent = { ...missing, ...missingFiles, ...missingThreads, ...missingAuth }
  const faults = [
    ...ofFile,
    ...Object.entries(absent).map(([name, message]) => ({ path: [name], message })),
  ]
  if (faults.length > 0) throw new StartError(describeFaults(faults))
  const corsOrigins = vars.CORS_ORIGINS ?? [
    `http://localhost:${vars.WEB_PORT}`,
    `http://127.0.0.1:${vars.WEB_PORT}`,
  ]
  // Where it was said that anybody may read everything, a page on the web may.
  const isForAll = vars.ENVIRONMENT === 'production' || corsOrigins.includes('*')
  const isOpen = auth.modes.includes('open') && !isForAll
  return Object.freeze<Config>({
    host: vars.HOST,
    port: vars.PORT,
    environment: vars.ENVIRONMENT,
    corsOrigins,
    knownUrls: isOpen ? corsOrigins.concat(files.publicUrl ?? []) : undefined,
    auth,
    database: chooseDatabase(vars),
    files,
    cloudThreads,
    redisUrl: vars.REDIS_URL,
    upstreams,
    upstreamReason,
    resilience: chooseResilience(vars),
    disconnectPolicy: vars.DISCONNECT_POLICY,
    keepAliveMs: vars.KEEP_ALIVE_INTERVAL_MS,
    logLevel: vars.LOG_LEVEL,
    shutdownTimeoutMs: 10_000,
    webRoot: resolve(workspaceRoot, 'apps/web/dist'),
  })
}

function describeFaults(issues: readonly Pick<z.core.$ZodIssue, 'path' | 'message'>[]): string {
  const faults = issues.map((issue) => {
    const [name, ...rest] = issue.path
    const where = rest.length > 0 ? ` (entry ${Number(rest[0]) + 1})` : ''
    return `  ${String(name)}${where}: ${issue.message}`
  })
  return ['These variables (environment or .env) must be mended:', ...faults].join('\n')
}
