import { randomUUID } from 'node:crypto'
import { AppError } from '../app-error.ts'
import type { AccessTokens } from './access-tokens.ts'
import type { IdentityStore } from './identity-store.ts'
import { defaultWorkspaceId, isSameOwner, localOwner, type Owner } from './owner.ts'
import { hashOf, makeSecret } from './secrets.ts'

/** An access token for some minutes, and the refresh token that gets the next one. */
export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string
  /** Of the refresh token; every use puts it off. ISO 8601. */
  readonly expiresAt: string
}

const refreshLifetimeMs = 30 * 24 * 3_600_000

/** Users without an account. */
export class AnonymousService {
  readonly #store: IdentityStore
  readonly #tokens: AccessTokens
  readonly #everybody: Owner | undefined

  /** @param everybody the one owner that all of them are; undefined: each is one of their own */
  constructor(store: IdentityStore, tokens: AccessTokens, everybody?: Owner) {
    this.#store = store
    this.#tokens = tokens
    this.#everybody = everybody
  }

  async signIn(): Promise<Tokens> {
    const owner = this.#everybody ?? {
      workspaceId: defaultWorkspaceId,
      userId: `anonymous_${randomUUID()}`,
    }
    const refreshToken = makeSecret()
    const expiresAt = expiryOfRefresh()
    await this.#store.addSession({ tokenHash: hashOf(refreshToken), owner, expiresAt })
    return { accessToken: await this.#tokens.issue(owner), refreshToken, expiresAt }
  }

  /** @throws AppError `token_invalid` */
  async refresh(refreshToken: string): Promise<Tokens> {
    const expiresAt = expiryOfRefresh()
    const owner = await this.#store.extendSession(hashOf(refreshToken), expiresAt)
    // A way in from when it was open to anybody ends with that.
    if (owner === undefined || (isSameOwner(owner, localOwner) && this.#everybody === undefined))
      throw notGood()
    return { accessToken: await this.#tokens.issue(owner), refreshToken, expiresAt }
  }

  /**
   * Gives all that somebody anonymous has to who asks; the refresh token is no longer good. What everybody
   * shares stays where it is.
   * @returns how many threads were moved
   * @throws AppError `token_invalid`, `run_in_progress`
   */
  async claim(owner: Owner, refreshToken: string): Promise<number> {
    const anonymous = await this.#store.findSession(hashOf(refreshToken))
    if (anonymous === undefined) throw notGood()
    if (isSameOwner(anonymous, owner) || isSameOwner(anonymous, localOwner)) return 0
    return this.#store.claim(anonymous, owner)
  }
}

function expiryOfRefresh(): string {
  return new Date(Date.now() + refreshLifetimeMs).toISOString()
}

function notGood(): AppError {
  return new AppError('token_invalid', 'The refresh token is not, or no longer, good.')
}
