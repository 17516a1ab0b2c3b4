import { AppError } from '../app-error.ts'
import type { Owner } from './owner.ts'

/** Who asks, as far as the credentials say. */
export interface Principal {
  /** Undefined: an API key that names no user. */
  readonly owner: Owner | undefined
  /** Whether it may read what all users have, as an API key may. */
  readonly isProject: boolean
}

/** What a request brings. */
export interface Credentials {
  /** Of `Authorization: Bearer …`. */
  readonly token: string | undefined
  /** Whom an API key acts for. */
  readonly userId: string | undefined
  readonly workspaceId: string | undefined
}

/** One kind of credentials. */
export interface AuthMode {
  /**
   * @returns undefined where the token is of another kind
   * @throws AppError `token_invalid`, `token_expired`, `issuer_unreachable`
   */
  authenticate(token: string, credentials: Credentials): Promise<Principal | undefined>
}

/** Finds out who asks. */
export class Authenticator {
  readonly #modes: readonly AuthMode[]
  readonly #anybody: Principal | undefined

  /** @param anybody who asks where there are no credentials; undefined: nobody is let in */
  constructor(modes: readonly AuthMode[], anybody: Owner | undefined) {
    this.#modes = modes
    this.#anybody = anybody && { owner: anybody, isProject: false }
  }

  /** @throws AppError `credentials_missing`, `token_invalid`, `token_expired`, `issuer_unreachable` */
  async authenticate(credentials: Credentials): Promise<Principal> {
    const { token } = credentials
    if (token === undefined || this.#modes.length === 0) {
      if (this.#anybody !== undefined) return this.#anybody
      throw new AppError('credentials_missing', 'Send a token: Authorization: Bearer <token>.')
    }
    for (const mode of this.#modes) {
      const principal = await mode.authenticate(token, credentials)
      if (principal !== undefined) return principal
    }
    throw new AppError('token_invalid', 'The token is of no kind that this server takes.')
  }
}
