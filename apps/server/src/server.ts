import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { createApp } from './app.ts'
import { LeaseKeeper } from './chat/lease-keeper.ts'
import { RunLimit } from './chat/run-limit.ts'
import { RunService } from './chat/run-service.ts'
import { StartError, type Config } from './config/config.ts'
import type { Dependencies } from './dependencies.ts'
import { FileSweeper } from './files/file-sweeper.ts'
import { answerMalformedRequests } from './http/malformed-request.ts'
import { endStalledBodies } from './http/stalled-body.ts'
import { Indexer } from './search/indexer.ts'

export interface RunningServer {
  /** Such as `http://localhost:8000`. */
  readonly url: string
  /** Takes no more requests, lets streams finish for a while, then ends and stores them. */
  stop(): Promise<void>
}

/**
 * Listens. The dependencies stay the caller's to dispose of, once `stop` has resolved.
 * @throws StartError where the address cannot be had
 */
export async function startServer(dependencies: Dependencies): Promise<RunningServer> {
  const { config, log, store, database, runLog } = dependencies
  const files = database?.files
  const serverId = randomUUID()
  const limit = new RunLimit(config.resilience)
  const { keepAliveMs: patienceMs, disconnectPolicy } = config
  const runs = new RunService({
    ...dependencies,
    files,
    serverId,
    limit,
    patienceMs,
    disconnectPolicy,
  })
  const lease = new LeaseKeeper({ store, runLog, serverId, log })
  const server = createServer(createApp(dependencies, { runs, lease }))
  answerMalformedRequests(server)
  endStalledBodies(server)
  await lease.take()
  await listen(server, config)
  try {
    // Not before the port is ours: another server on it would still be writing.
    await lease.begin()
  } catch (error) {
    // A server that cannot begin must not look as if it were up.
    server.close()
    server.closeAllConnections()
    throw error
  }
  const indexer = database && new Indexer(database.searchIndex, log)
  indexer?.start()
  const sweeper = files && new FileSweeper(files, log)
  sweeper?.start()
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${hostInUrl(config.host)}:${port}`,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      runs.close()
      await Promise.race([runs.settled(), wait(config.shutdownTimeoutMs)])
      runs.interruptAll()
      await Promise.race([runs.settled(), wait(lastWordsMs)])
      // Answers on their way get a moment; a reader who does not take them is let go.
      server.closeIdleConnections()
      await Promise.race([closed, wait(lastWordsMs)])
      server.closeAllConnections()
      await Promise.race([runs.settled(), wait(lastWordsMs)])
      if (runs.size > 0)
        log.error({ replies: runs.size }, 'replies were not stored: the next start ends them')
      await closed
      await lease.stop()
      await indexer?.stop()
      await sweeper?.stop()
      log.info('stopped')
    },
  }
}

const lastWordsMs = 1_000

/** An address that a browser here can open, also where the server listens on all of them. */
function hostInUrl(host: string): string {
  if (['127.0.0.1', '::1', '0.0.0.0', '::'].includes(host)) return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

function wait(ms: number): Promise<void> {
  return delay(ms, undefined, { ref: false })
}

async function listen(server: Server, { host, port }: Config): Promise<void> {
  try {
    await once(server.listen(port, host), 'listening')
  } catch (cause) {
    throw new StartError(whyNotListening(cause, host, port), { cause })
  }
}

function whyNotListening(error: unknown, host: string, port: number): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is taken: set PORT to another.`
    case 'EACCES':
      return `Port ${port} on ${host} is not permitted: set PORT to one above 1023.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `This machine has no address ${host}: set HOST to one that it has, such as 127.0.0.1.`
    default:
      return `Listening on ${host}:${port} failed (${String(error)}): check HOST and PORT.`
  }
}
