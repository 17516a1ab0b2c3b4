import { pino, type Logger } from 'pino'
import { Agent } from 'undici'
import { AppError } from './app-error.ts'
import type { ArchiveStore } from './archive/archive-store.ts'
import type { RunLog } from './chat/run-log.ts'
import type { Upstream } from './chat/upstream.ts'
import type { CloudStore } from './cloud/cloud-store.ts'
import { StartError, type Config } from './config/config.ts'
import { describeDatabase } from './config/database-config.ts'
import type { UpstreamConfig } from './config/upstream-config.ts'
import { DiskFileStore } from './drivers/files/disk-file-store.ts'
import { S3FileStore } from './drivers/files/s3-file-store.ts'
import { OidcTokens } from './drivers/identity/oidc-tokens.ts'
import { MemoryRunLog } from './drivers/run-log/memory-run-log.ts'
import { RedisRunLog } from './drivers/run-log/redis/redis-run-log.ts'
import { AssistantCloudThreadStore } from './drivers/storage/assistant-cloud/assistant-cloud-thread-store.ts'
import { openPostgresStorage } from './drivers/storage/sql/open-postgres-storage.ts'
import { openSqliteStorage } from './drivers/storage/sql/open-sqlite-storage.ts'
import type { SqlStorage } from './drivers/storage/sql/sql-storage.ts'
import { createAssistantCloudUpstream } from './drivers/upstream/assistant-cloud/assistant-cloud-upstream.ts'
import { createDemoUpstream } from './drivers/upstream/demo/demo-upstream.ts'
import { findOllama, ollamaUrl } from './drivers/upstream/openai-compatible/find-ollama.ts'
import { OpenAiCompatibleUpstream } from './drivers/upstream/openai-compatible/openai-compatible-upstream.ts'
import { createRemoteUpstream } from './drivers/upstream/remote/remote-upstream.ts'
import { FileService } from './files/file-service.ts'
import type { FileStore } from './files/file-store.ts'
import { SignedUrls } from './files/signed-urls.ts'
import { AccessTokens } from './identity/access-tokens.ts'
import { ApiKeys } from './identity/api-keys.ts'
import { createIdentity, type Identity } from './identity/create-identity.ts'
import type { IdentityStore } from './identity/identity-store.ts'
import { withCircuitBreaker } from './resilience/circuit-breaker.ts'
import { withDeadlines } from './resilience/deadlines.ts'
import { withFallbacks } from './resilience/fallbacks.ts'
import { withRetries } from './resilience/retries.ts'
import { wrapUpstream } from './resilience/wrap-upstream.ts'
import type { SearchIndex } from './search/search-index.ts'
import type { ThreadStore } from './threads/thread-store.ts'

const ollama = { baseUrl: `${ollamaUrl}/v1`, apiKey: undefined, model: undefined }

/** What a database of this server's own has beside the threads. */
interface OwnDatabase {
  readonly searchIndex: SearchIndex
  readonly cloudStore: CloudStore
  readonly archiveStore: ArchiveStore
  readonly files: FileService
  readonly fileUrls: SignedUrls
  readonly identityStore: IdentityStore
  readonly accessTokens: AccessTokens
  readonly apiKeys: ApiKeys
}

/** All that the app is made of. Disposing closes what was opened. */
export interface Dependencies extends AsyncDisposable {
  readonly config: Config
  readonly log: Logger
  readonly store: ThreadStore
  /** Undefined where another service keeps the threads. */
  readonly database: OwnDatabase | undefined
  readonly identity: Identity
  readonly upstream: Upstream
  readonly runLog: RunLog
}

/**
 * The composition root: the one place that knows which drivers there are.
 * @throws StartError where what is configured cannot be opened
 */
export async function createDependencies(
  config: Config,
  overrides: Partial<Pick<Dependencies, 'log' | 'upstream'>> = {},
): Promise<Dependencies> {
  const log = overrides.log ?? pino({ level: config.logLevel })
  await using opened = new AsyncDisposableStack()
  const { store, sql, close } = await openStorage(config)
  opened.defer(close)
  const { modes, jwt } = config.auth
  const database = sql && (await openDatabase(sql, config))
  const identity = createIdentity(modes, database, jwt && new OidcTokens(jwt))
  const upstream = overrides.upstream ?? (await openUpstreams(config, opened))
  const { runLog, close: closeRunLog } = await openRunLog(config, log)
  opened.defer(closeRunLog)
  const disposal = opened.move()
  return {
    config,
    log,
    store,
    database,
    identity,
    upstream,
    runLog,
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  }
}

interface Storage {
  readonly store: ThreadStore
  /** Undefined where another service keeps the threads. */
  readonly sql: SqlStorage | undefined
  close(): Promise<void>
}

/** @throws StartError where the storage cannot be opened */
export async function openStorage({ cloudThreads, database }: Config): Promise<Storage> {
  if (cloudThreads !== undefined) {
    const store = new AssistantCloudThreadStore(cloudThreads)
    return { store, sql: undefined, close: async () => undefined }
  }
  try {
    const sql =
      database.driver === 'sqlite'
        ? await openSqliteStorage(database.path)
        : await openPostgresStorage(database)
    return { store: sql.store, sql, close: () => sql.close() }
  } catch (cause) {
    const name = database.driver === 'sqlite' ? database.path : describeDatabase(database)
    throw new StartError(
      `The database ${name} cannot be opened (${reasonOf(cause)}): check DATABASE_URL.`,
      { cause },
    )
  }
}

async function openDatabase(sql: SqlStorage, config: Config): Promise<OwnDatabase> {
  const { searchIndex, cloudStore, archiveStore, fileRecords: records, identityStore } = sql
  return {
    searchIndex,
    cloudStore,
    archiveStore,
    files: new FileService({ ...config.files, records, store: openFileStore(config) }),
    fileUrls: new SignedUrls(await identityStore.secret('file-urls')),
    identityStore,
    accessTokens: new AccessTokens(await identityStore.secret('access-tokens')),
    apiKeys: new ApiKeys(identityStore),
  }
}

function openFileStore({ files: { store } }: Config): FileStore {
  return store.driver === 'disk' ? new DiskFileStore(store.folder) : new S3FileStore(store)
}

async function openRunLog({ redisUrl }: Config, log: Logger) {
  if (redisUrl === undefined) return { runLog: new MemoryRunLog(), close: async () => undefined }
  try {
    const runLog = await RedisRunLog.connect(redisUrl, log)
    return { runLog, close: () => runLog.close() }
  } catch (cause) {
    const { host } = new URL(redisUrl)
    throw new StartError(`Redis at ${host} cannot be used (${reasonOf(cause)}): check REDIS_URL.`, {
      cause,
    })
  }
}

/** A connection that was tried at several addresses fails with a list, and no words of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return reasonOf(error.errors[0])
  if (error instanceof AppError) return reasonOf(error.cause)
  return error instanceof Error ? error.message : String(error)
}

/** Every upstream with the policies around it, the last ones inside. */
async function openUpstreams(
  { upstreams, upstreamReason, resilience }: Config,
  opened: AsyncDisposableStack,
): Promise<Upstream> {
  // The deadlines of headers and body are those of `withDeadlines`.
  const connect = { timeout: resilience.connectMs }
  const agent = new Agent({ connect, headersTimeout: 0, bodyTimeout: 0 })
  opened.defer(() => agent.destroy())
  const opening = upstreams.map(async (upstream) => {
    const driver = await openNamed(upstream, agent)
    return withRetries(
      withCircuitBreaker(withDeadlines(driver, resilience), resilience),
      resilience,
    )
  })
  const [first, ...others] = await Promise.all(opening)
  if (first === undefined) throw new RangeError('there is always an upstream')
  return withFallbacks(
    upstreamReason === undefined ? first : withReason(first, upstreamReason),
    others,
  )
}

/** For the person who starts the server: why this one answers. */
function withReason(upstream: Upstream, reason: string): Upstream {
  return wrapUpstream(upstream, { description: `${upstream.description} (${reason})` })
}

/** An upstream by the name that it has where it is configured: there may be several of a kind. */
async function openNamed(config: UpstreamConfig, agent: Agent): Promise<Upstream> {
  const { name, kind } = config
  const upstream = await openUpstream(config, agent)
  if (name === kind) return upstream
  return wrapUpstream(upstream, { name, description: `${name}, ${upstream.description}` })
}

async function openUpstream(upstream: UpstreamConfig, agent: Agent): Promise<Upstream> {
  switch (upstream.kind) {
    case 'auto':
      return (await findOllama())
        ? withReason(new OpenAiCompatibleUpstream(agent, ollama), 'since it answers there')
        : withReason(createDemoUpstream(), 'since nothing else is configured')
    case 'demo':
      return createDemoUpstream()
    case 'assistant-cloud':
      return createAssistantCloudUpstream(agent, upstream, upstream.assistantId)
    case 'remote':
      return createRemoteUpstream(agent, upstream)
    case 'openai-compatible':
      return new OpenAiCompatibleUpstream(agent, upstream)
  }
}
