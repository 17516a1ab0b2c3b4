import { pino, type Logger } from 'pino'
import type { Upstream } from './chat/upstream.ts'
import { StartError, type Config } from './config/config.ts'
import { createSqliteThreadStore } from './drivers/storage/sql/create-sqlite-thread-store.ts'
import { createDemoUpstream } from './drivers/upstream/demo/demo-upstream.ts'
import { findOllama, ollamaUrl } from './drivers/upstream/openai-compatible/find-ollama.ts'
import {
  OpenAiCompatibleUpstream,
  type OpenAiCompatibleOptions,
} from './drivers/upstream/openai-compatible/openai-compatible-upstream.ts'
import { createRemoteUpstream } from './drivers/upstream/remote/remote-upstream.ts'
import type { ThreadStore } from './threads/thread-store.ts'

const ollama = { baseUrl: `${ollamaUrl}/v1`, apiKey: undefined, model: undefined }

/** All that the app is made of. Disposing closes what was opened. */
export interface Dependencies extends AsyncDisposable {
  readonly config: Config
  readonly log: Logger
  readonly store: ThreadStore
  readonly upstream: Upstream
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
  const { store, close } = await openStore(config)
  opened.defer(close)
  const upstream = overrides.upstream ?? (await openUpstream(config, opened))
  const disposal = opened.move()
  return { config, log, store, upstream, [Symbol.asyncDispose]: () => disposal.disposeAsync() }
}

async function openStore({ database: { path } }: Config) {
  try {
    return await createSqliteThreadStore(path)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StartError(`The database ${path} cannot be opened (${reason}): check DATABASE_URL.`, {
      cause,
    })
  }
}

async function openUpstream({ upstream }: Config, opened: AsyncDisposableStack): Promise<Upstream> {
  switch (upstream.name) {
    case 'auto':
      return (await findOllama()) ? openOpenAi(ollama, opened) : createDemoUpstream()
    case 'demo':
      return createDemoUpstream()
    case 'remote': {
      const remote = createRemoteUpstream(upstream.baseUrl)
      opened.defer(remote.close)
      return remote.upstream
    }
    case 'openai-compatible':
      return openOpenAi(upstream, opened)
  }
}

function openOpenAi(options: OpenAiCompatibleOptions, opened: AsyncDisposableStack): Upstream {
  const upstream = new OpenAiCompatibleUpstream(options)
  opened.defer(() => upstream.close())
  return upstream
}
