import { randomBytes } from 'node:crypto'
import { AppError } from '../app-error.ts'
import type { AuthMode, Credentials, Principal } from './authenticator.ts'
import type { ApiKey, IdentityStore } from './identity-store.ts'
import { defaultWorkspaceId } from './owner.ts'
import { equals, hashOf, makeSecret } from './secrets.ts'

const prefix = 'sk_aui_'

/** Keys for the servers of those who run this one. Each acts for the user that a request names. */
export class ApiKeys implements AuthMode {
  readonly #store: IdentityStore

  constructor(store: IdentityStore) {
    this.#store = store
  }

  /** @returns the key, which is shown this once: only a hash of it is kept */
  async create(name: string): Promise<{ id: string; key: string }> {
    const id = randomBytes(6).toString('hex')
    const secret = makeSecret()
    const createdAt = new Date().toISOString()
    await this.#store.addKey({ id, name, secretHash: hashOf(secret), createdAt, revokedAt: null })
    return { id, key: `${prefix}${id}_${secret}` }
  }

  list(): Promise<ApiKey[]> {
    return this.#store.listKeys()
  }

  /** @returns whether there was such a key, and it was good */
  revoke(id: string): Promise<boolean> {
    return this.#store.revokeKey(id, new Date().toISOString())
  }

  async authenticate(
    token: string,
    { userId, workspaceId = defaultWorkspaceId }: Credentials,
  ): Promise<Principal | undefined> {
    if (!token.startsWith(prefix)) return undefined
    const [, id = '', secret = ''] =
      /^([0-9a-f]{12})_([\w-]{43})$/.exec(token.slice(prefix.length)) ?? []
    const key = await this.#store.findKey(id)
    // Hashed also where there is no such key, so that the time tells nothing.
    const isRight = equals(hashOf(secret), key?.secretHash ?? hashOf(''))
    if (key === undefined || !isRight)
      throw new AppError('token_invalid', 'There is no such API key.')
    if (key.revokedAt !== null) throw new AppError('token_invalid', 'The API key was revoked.')
    return { owner: userId === undefined ? undefined : { workspaceId, userId }, isProject: true }
  }
}
