import { AppError } from '../../app-error.ts'
import { errorOfStatus } from '../status-errors.ts'
import { tellable } from './tellable.ts'

const maxWordsBytes = 4_096

/** With these, OpenAI and Kimi say 429 for good: there is nothing left to pay with. */
const quotaTypes = /insufficient_quota|exceeded_current_quota_error/

/** An answer whose status, or type, says that there will be no stream. */
export class Refusal {
  readonly #status: number
  readonly #retryAfter: string | undefined
  readonly #secrets: readonly string[]
  #words: Buffer = Buffer.alloc(0)

  /** @param secrets what must not be told of what it says */
  constructor(status: number, retryAfter: string | undefined, secrets: readonly string[]) {
    this.#status = status
    this.#retryAfter = retryAfter
    this.#secrets = secrets
  }

  /** @returns whether more of what it says is wanted */
  add(bytes: Buffer): boolean {
    this.#words = Buffer.concat([this.#words, bytes]).subarray(0, maxWordsBytes)
    return this.#words.length < maxWordsBytes
  }

  /** Its cause, which is for the log alone, is what the upstream says. */
  toError(): AppError {
    const words = this.#tellableWords()
    const cause = words === '' ? undefined : new Error(words)
    if (this.#status === 429 && quotaTypes.test(this.#words.toString())) {
      const detail =
        'The quota of this server at the upstream is used up. Check its plan and billing.'
      return new AppError('upstream_denied', detail, { cause })
    }
    return errorOfStatus(this.#status, this.#retryAfter, cause)
  }

  #tellableWords(): string {
    // These are about keys, and hold parts of them.
    if (this.#status === 401 || this.#status === 403) return ''
    return tellable(this.#words.toString(), this.#secrets)
  }
}
