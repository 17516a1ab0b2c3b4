import type { Readiness } from '@assistant-ui-proxy/contract'
import type { Logger } from 'pino'
import type { LeaseKeeper } from '../chat/lease-keeper.ts'
import type { RunLog } from '../chat/run-log.ts'
import type { RunService } from '../chat/run-service.ts'
import type { Upstream } from '../chat/upstream.ts'
import type { ThreadStore } from '../threads/thread-store.ts'

export interface ReadinessOptions {
  readonly store: ThreadStore
  readonly storageName: string
  readonly features: Readiness['features']
  readonly upstream: Upstream
  readonly runLog: RunLog
  readonly runs: RunService
  readonly lease: LeaseKeeper
  readonly log: Logger
}

/** Whether the server can take requests now. */
export class ReadinessService {
  readonly #options: ReadinessOptions

  constructor(options: ReadinessOptions) {
    this.#options = options
  }

  /** An upstream that is down is reported, but threads can be read all the same. */
  async check(): Promise<Readiness> {
    const { upstream, storageName, features, runLog } = this.#options
    const [problems, warnings] = await Promise.all([this.#findProblems(), this.#findWarnings()])
    return {
      status: problems.length === 0 ? 'ready' : 'not_ready',
      upstream: upstream.name,
      circuits: [...(upstream.circuits?.() ?? [])],
      storage: storageName,
      features,
      run_log: runLog.name,
      problems,
      warnings,
    }
  }

  async #findProblems(): Promise<string[]> {
    const { runs, lease, store, log } = this.#options
    const problems = runs.isClosed ? ['the server is shutting down'] : []
    if (!lease.isKept) problems.push('the storage cannot be written to')
    try {
      await store.ping()
    } catch (error) {
      log.error({ err: error }, 'the storage does not answer')
      problems.push('the storage does not answer')
    }
    return problems
  }

  /** Without it replies are written and stored all the same, and read from the server that writes them. */
  async #findWarnings(): Promise<string[]> {
    const { runLog, log } = this.#options
    try {
      await runLog.ping()
      return []
    } catch (error) {
      log.warn({ err: error }, 'the run log does not answer')
      return ['the run log does not answer']
    }
  }
}
