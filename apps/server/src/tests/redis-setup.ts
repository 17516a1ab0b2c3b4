import type { TestProject } from 'vitest/node'
import { findFreePort } from './free-port.ts'
import { startRedis } from './redis-process.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The Redis of this run; empty where the machine has none. */
    redisUrl: string
  }
}

/** A real Redis for one run of the tests, where the machine has one. Returns what ends it. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const port = await findFreePort()
  const stop = await startRedis(port)
  project.provide('redisUrl', stop === undefined ? '' : `redis://127.0.0.1:${port}`)
  if (stop !== undefined) return stop
  const words = 'There is no redis-server here: install it (apt-get install redis-server)'
  if (process.env['REQUIRE_REDIS'] !== undefined) throw new Error(words)
  console.log(`${words} to run the tests of several servers that share one; they are skipped.`)
  return undefined
}
