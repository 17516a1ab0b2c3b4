import { findFreePort, redisIsMissing, startRedis } from 'services'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The Redis of this run; empty where the machine has none. */
    redisUrl: string
  }
}

/** A real Redis for one run of the tests, where the machine has one. Returns what ends it. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const port = await findFreePort()
  const redis = await startRedis(port)
  project.provide('redisUrl', redis === undefined ? '' : `redis://127.0.0.1:${port}`)
  if (redis !== undefined) return () => redis.stop()
  if (process.env['REQUIRE_REDIS'] !== undefined) throw new Error(redisIsMissing)
  console.log(`${redisIsMissing}, to run the tests of several servers that share one too.`)
  return undefined
}
