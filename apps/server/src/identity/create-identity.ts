import type { AuthModeName } from '../config/auth-config.ts'
import { AccessTokens } from './access-tokens.ts'
import { AnonymousService } from './anonymous-service.ts'
import { ApiKeys } from './api-keys.ts'
import { Authenticator, type AuthMode } from './authenticator.ts'
import type { IdentityStore } from './identity-store.ts'
import { localOwner } from './owner.ts'

/** Who is let in, and what gives out the means. */
export interface Identity {
  readonly authenticator: Authenticator
  /** Undefined where nobody is let in without an account. */
  readonly anonymous: AnonymousService | undefined
  /** These two are undefined where there is nowhere to keep their secrets. */
  readonly accessTokens: AccessTokens | undefined
  readonly apiKeys: ApiKeys | undefined
}

/**
 * @param store undefined without a database: then only `open` and `jwt` are configured
 * @param jwt the tokens of an issuer, where they are taken
 */
export async function createIdentity(
  names: readonly AuthModeName[],
  store: IdentityStore | undefined,
  jwt: AuthMode | undefined,
): Promise<Identity> {
  const anybody = names.includes('open') ? localOwner : undefined
  const issued = jwt === undefined ? [] : [jwt]
  if (store === undefined) {
    const authenticator = new Authenticator(issued, anybody)
    return { authenticator, anonymous: undefined, accessTokens: undefined, apiKeys: undefined }
  }
  const accessTokens = new AccessTokens(await store.secret('access-tokens'))
  const apiKeys = new ApiKeys(store)
  const takesKeys = names.includes('api-key')
  const isAnonymous = names.includes('anonymous')
  const anonymous =
    isAnonymous || anybody !== undefined
      ? new AnonymousService(store, accessTokens, isAnonymous ? undefined : anybody)
      : undefined
  // The issuer's last: what is of no other kind may be one of its own.
  const modes = [
    ...(takesKeys ? [apiKeys] : []),
    ...(takesKeys || anonymous ? [accessTokens] : []),
    ...issued,
  ]
  // Where it is open to anybody and no more, no token says who asks: none can be wrong.
  const isOpenAlone = names.every((name) => name === 'open')
  return {
    authenticator: new Authenticator(isOpenAlone ? [] : modes, anybody),
    anonymous,
    accessTokens,
    apiKeys,
  }
}
