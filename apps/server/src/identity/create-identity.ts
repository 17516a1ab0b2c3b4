import type { AuthModeName } from '../config/auth-config.ts'
import type { AccessTokens } from './access-tokens.ts'
import { AnonymousService } from './anonymous-service.ts'
import type { ApiKeys } from './api-keys.ts'
import { Authenticator, type AuthMode } from './authenticator.ts'
import type { IdentityStore } from './identity-store.ts'
import { localOwner } from './owner.ts'

/** Who is let in, and what gives out the means. */
export interface Identity {
  readonly authenticator: Authenticator
  /** Undefined where nobody is let in without an account. */
  readonly anonymous: AnonymousService | undefined
}

/** What a database of this server's own keeps for it. */
interface OwnMeans {
  readonly identityStore: IdentityStore
  readonly accessTokens: AccessTokens
  readonly apiKeys: ApiKeys
}

/**
 * @param means undefined without a database: then only `open` and `jwt` are configured
 * @param jwt the tokens of an issuer, where they are taken
 */
export function createIdentity(
  names: readonly AuthModeName[],
  means: OwnMeans | undefined,
  jwt: AuthMode | undefined,
): Identity {
  const anybody = names.includes('open') ? localOwner : undefined
  const issued = jwt === undefined ? [] : [jwt]
  if (means === undefined)
    return { authenticator: new Authenticator(issued, anybody), anonymous: undefined }
  const { identityStore, accessTokens, apiKeys } = means
  const takesKeys = names.includes('api-key')
  const isAnonymous = names.includes('anonymous')
  const anonymous =
    isAnonymous || anybody !== undefined
      ? new AnonymousService(identityStore, accessTokens, isAnonymous ? undefined : anybody)
      : undefined
  // The issuer's last: what is of no other kind may be one of its own.
  const modes = [
    ...(takesKeys ? [apiKeys] : []),
    ...(takesKeys || anonymous ? [accessTokens] : []),
    ...issued,
  ]
  // Where it is open to anybody and no more, no token says who asks: none can be wrong.
  const isOpenAlone = names.every((name) => name === 'open')
  return { authenticator: new Authenticator(isOpenAlone ? [] : modes, anybody), anonymous }
}
