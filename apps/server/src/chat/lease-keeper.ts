import { encodeChunks, errorChunk } from '@assistant-ui-proxy/contract'
import type { Logger } from 'pino'
import { interrupted } from '../app-error.ts'
import type { ThreadStore } from '../threads/thread-store.ts'
import type { RunLog } from './run-log.ts'

/** A server that does not say for so long that it is alive counts as gone. */
const leaseMs = 9_000
const beatMs = 3_000

/**
 * Keeps the lease under which this server writes its replies, and ends those of servers that are gone:
 * 12 s after their last sign of life at the latest.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions
  #timer: NodeJS.Timeout | undefined
  #beating: Promise<void> = Promise.resolve()
  #isKept = true

  constructor(options: LeaseKeeperOptions) {
    this.#options = options
  }

  /** Whether the storage took the last sign of life. */
  get isKept(): boolean {
    return this.#isKept
  }

  /** Resolves when the lease is stored: before it, no run may begin. */
  async take(): Promise<void> {
    await this.#options.store.renewLease(this.#options.serverId, leaseMs)
  }

  /** Ends what the last stop cut, and goes on looking. */
  async begin(): Promise<void> {
    await this.#endAbandoned()
    this.#timer = setInterval(() => (this.#beating = this.#beat()), beatMs)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#beating
  }

  async #beat(): Promise<void> {
    try {
      await this.take()
      this.#isKept = true
      await this.#endAbandoned()
    } catch (error) {
      this.#isKept = false
      this.#options.log.error({ err: error }, 'the lease of this server was not renewed')
    }
  }

  /** Ends the runs whose servers are gone as `failed`, with what they have. */
  async #endAbandoned(): Promise<void> {
    const { store, runLog, serverId, log } = this.#options
    const problem = interrupted()
    const runIds = await store.failAbandoned(serverId, problem)
    if (runIds.length === 0) return
    const frames = encodeChunks([errorChunk(problem)])
    await Promise.all(runIds.map((runId) => runLog.endFor(runId, frames)))
    log.warn({ replies: runIds.length }, 'replies were cut by a server that is gone')
  }
}

interface LeaseKeeperOptions {
  readonly store: ThreadStore
  readonly runLog: RunLog
  readonly serverId: string
  readonly log: Logger
}
