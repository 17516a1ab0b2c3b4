import { createConfig, StartError, type Config } from './config/config.ts'
import { describeDatabase } from './config/database-config.ts'
import { readEnv } from './config/env.ts'
import { createDependencies, type Dependencies } from './dependencies.ts'
import { startServer } from './server.ts'

try {
  const stop = nextStopSignal()
  const config = createConfig(readEnv())
  await using dependencies = await createDependencies(config)
  const server = await startServer(dependencies)
  announce(server.url, dependencies)
  await stop
  await server.stop()
} catch (error) {
  // What a person can mend is told in one message; anything else is a fault of ours, with its stack.
  console.error(error instanceof StartError ? error.message : error)
  process.exitCode = 1
}

function nextStopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
}

function announce(url: string, { config, log, upstream }: Dependencies): void {
  const storage = describeStorage(config)
  const runLog =
    config.redisUrl === undefined ? 'memory' : `redis, ${new URL(config.redisUrl).host}`
  if (config.environment === 'production') {
    log.info({ url, upstream: upstream.description, storage, runLog }, 'listening')
    return
  }
  const lines = [`API       ${url}`, `Upstream  ${upstream.description}`, `Storage   ${storage}`]
  if (config.redisUrl !== undefined) lines.push(`Run log   ${runLog}`)
  console.log(`\n${lines.join('\n')}\n`)
}

function describeStorage({ cloudThreads, database }: Config): string {
  if (cloudThreads) return `${cloudThreads.name}, ${cloudThreads.baseUrl}`
  return describeDatabase(database)
}
