import { findFreePort, redisIsMissing, startPostgres, startRedis } from 'services'
import { startNginx } from './nginx.ts'
import { Replica } from './replica.ts'

export interface ClusterOptions {
  readonly form: 'source' | 'built'
  /** For the servers. */
  readonly env?: Readonly<Record<string, string>>
  /** Where nginx listens; without it there is none. */
  readonly nginxPort?: number
}

export interface Cluster extends AsyncDisposable {
  readonly replicas: readonly [Replica, Replica]
}

/**
 * The topology of compose.yaml as plain processes on 127.0.0.1: two servers that share a PostgreSQL and
 * a Redis, and nginx in front.
 * @throws where the machine has no Redis, or no nginx
 */
export async function startCluster({ form, env, nginxPort }: ClusterOptions): Promise<Cluster> {
  await using opened = new AsyncDisposableStack()
  const redisPort = await findFreePort()
  const [postgres, redis] = await Promise.all([
    startPostgres({ max_connections: 100 }),
    startRedis(redisPort),
  ])
  opened.defer(postgres.stop)
  if (redis === undefined) throw new Error(redisIsMissing)
  opened.defer(() => redis.stop())
  const shared = {
    ...env,
    HOST: '127.0.0.1',
    DATABASE_URL: `${postgres.url}/postgres`,
    REDIS_URL: `redis://127.0.0.1:${redisPort}`,
  }
  const replicas = await Promise.all([Replica.start(form, shared), Replica.start(form, shared)])
  for (const replica of replicas) opened.defer(() => replica.stop())
  if (nginxPort !== undefined) {
    const nginx = await startNginx(
      nginxPort,
      replicas.map(({ port }) => port),
    )
    opened.defer(() => nginx.stop())
  }
  const disposal = opened.move()
  return { replicas, [Symbol.asyncDispose]: () => disposal.disposeAsync() }
}
