import type { Readiness } from '@assistant-ui-proxy/contract'
import type { Logger } from 'pino'
import type { RunService } from '../chat/run-service.ts'
import type { Upstream } from '../chat/upstream.ts'
import type { ThreadStore } from '../threads/thread-store.ts'

export interface ReadinessOptions {
  readonly store: ThreadStore
  readonly storageName: string
  readonly upstream: Upstream
  readonly runs: RunService
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
    const { upstream, storageName } = this.#options
    const problems = await this.#findProblems()
    return {
      status: problems.length === 0 ? 'ready' : 'not_ready',
      upstream: upstream.name,
      circuit: upstream.circuit?.() ?? 'closed',
      storage: storageName,
      problems,
    }
  }

  async #findProblems(): Promise<string[]> {
    const { runs, store, log } = this.#options
    const problems = runs.isClosed ? ['the server is shutting down'] : []
    try {
      await store.ping()
    } catch (error) {
      log.error({ err: error }, 'the storage does not answer')
      problems.push('the storage does not answer')
    }
    return problems
  }
}
