import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'

/**
 * A Redis of one's own, empty, on 127.0.0.1.
 * @returns what ends it; undefined where the machine has no Redis
 */
export async function startRedis(port: number): Promise<(() => Promise<void>) | undefined> {
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--save', '']
  const redis = spawn('redis-server', options, { stdio: 'ignore' })
  const isThere = await once(redis, 'spawn').then(
    () => true,
    () => false,
  )
  if (!isThere) return undefined
  await untilItAnswers(`redis://127.0.0.1:${port}`)
  return async () => {
    const exited = once(redis, 'exit')
    redis.kill('SIGKILL')
    await exited
  }
}

async function untilItAnswers(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  redis.on('error', () => undefined)
  for (let tries = 0; ; tries++) {
    try {
      await redis.connect()
      break
    } catch (error) {
      if (tries === 100) throw error
      await delay(50)
    }
  }
  redis.disconnect()
}
