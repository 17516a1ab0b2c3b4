import type { Model } from '@assistant-ui-proxy/contract'
import { AppError } from '../app-error.ts'
import type { Upstream } from './upstream.ts'

/** Models come and go by somebody's hand: a minute is soon enough. */
const maxAgeMs = 60_000

/** The upstream's models, asked for once a minute at the most. */
export class ModelService {
  readonly #upstream: Upstream
  #models: Promise<readonly Model[]> | undefined
  #askedAt = -Infinity

  constructor({ upstream }: { upstream: Upstream }) {
    this.#upstream = upstream
  }

  /** @throws AppError `upstream_*` */
  async list(): Promise<readonly Model[]> {
    if (this.#models === undefined || performance.now() - this.#askedAt > maxAgeMs) {
      this.#askedAt = performance.now()
      this.#models = this.#upstream.listModels()
      // A failure is not kept: the next call asks again.
      this.#models.catch(() => (this.#models = undefined))
    }
    return this.#models
  }

  /**
   * Where the upstream does not tell what it offers, it is the one to refuse: it may answer all the same,
   * or a fallback does.
   * @throws AppError `invalid_request` for a model that the upstream does not offer
   */
  async assertOffered(id: string): Promise<void> {
    const models = await this.list().catch(() => undefined)
    if (models === undefined || models.some((model) => model.id === id)) return
    const message = `is not offered; ask GET /api/models for what is`
    throw new AppError('invalid_request', `body.model: ${message}`, {
      errors: [{ path: 'body.model', message }],
    })
  }
}
