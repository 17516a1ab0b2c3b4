import { decodeJwt, errors, jwtVerify, SignJWT } from 'jose'
import { AppError } from '../app-error.ts'
import type { AuthMode, Principal } from './authenticator.ts'
import type { Owner } from './owner.ts'

const issuer = 'assistant-ui-proxy'
const algorithm = 'HS256'
const lifetimeSeconds = 300

/** Short tokens that this server signs itself, for users without an account and those of API keys. */
export class AccessTokens implements AuthMode {
  readonly #secret: Uint8Array

  /** @param secret the same on all servers, 256 bits */
  constructor(secret: Uint8Array) {
    this.#secret = secret
  }

  issue({ workspaceId, userId }: Owner): Promise<string> {
    return new SignJWT({ workspace_id: workspaceId })
      .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
      .setIssuer(issuer)
      .setAudience(issuer)
      .setSubject(userId)
      .setIssuedAt()
      .setExpirationTime(`${lifetimeSeconds}s`)
      .sign(this.#secret)
  }

  async authenticate(token: string): Promise<Principal | undefined> {
    if (!isOwn(token)) return undefined
    try {
      const { payload } = await jwtVerify<{ workspace_id: string }>(token, this.#secret, {
        algorithms: [algorithm],
        issuer,
        audience: issuer,
        requiredClaims: ['exp', 'sub', 'workspace_id'],
      })
      const owner = { workspaceId: payload.workspace_id, userId: payload.sub ?? '' }
      return { owner, isProject: false }
    } catch (error) {
      throw refusalOf(error)
    }
  }
}

/** What a token that did not pass is answered with. Nothing of the token is in it. */
export function refusalOf(error: unknown): AppError {
  if (error instanceof errors.JWTExpired)
    return new AppError('token_expired', 'The token has expired: get a new one.')
  if (error instanceof errors.JWTClaimValidationFailed)
    return new AppError('token_invalid', `The claim ${error.claim} of the token is not valid.`)
  return new AppError(
    'token_invalid',
    'The token is not valid: its form or its signature is wrong.',
  )
}

/** By what it says of itself, which nothing has proved yet. */
function isOwn(token: string): boolean {
  try {
    return decodeJwt(token).iss === issuer
  } catch {
    return false
  }
}
