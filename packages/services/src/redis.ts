import { startProgram, type Program } from './program.ts'

/** What to tell a person whose machine has none. */
export const redisIsMissing =
  'There is no redis-server here: install it (on Debian: apt-get install redis-server)'

/**
 * An empty Redis on 127.0.0.1 that keeps nothing.
 * @returns undefined where the machine has none
 */
export function startRedis(port: number): Promise<Program | undefined> {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '']
  return startProgram('redis-server', options, port)
}
