import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose'
import { z } from 'zod'
import { AppError } from '../../app-error.ts'
import { refusalOf } from '../../identity/access-tokens.ts'
import type { AuthMode, Principal } from '../../identity/authenticator.ts'
import { defaultWorkspaceId } from '../../identity/owner.ts'

export interface OidcOptions {
  /** As its discovery document, and the tokens, name it. */
  readonly issuer: string
  /** Tokens for any of these are taken. */
  readonly audiences: readonly string[]
  readonly userClaim: string
  /** Undefined: all are of one workspace. */
  readonly workspaceClaim: string | undefined
}

/** What those who sign with a key pair use; a shared secret is never taken, nor is none. */
const algorithms = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ')
const clockToleranceSeconds = 30
const timeoutMs = 5_000
const maxKeyAgeMs = 600_000

const discoverySchema = z.looseObject({ issuer: z.string(), jwks_uri: z.url() })
const idSchema = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^\0]*$/)

/**
 * Tokens of an OpenID Connect issuer, checked with the keys that it publishes.
 * @see OpenID Connect Discovery 1.0, RFC 7517 (JWK), RFC 8725 (JWT best practices)
 */
export class OidcTokens implements AuthMode {
  readonly #options: OidcOptions
  readonly #cooldownMs: number
  #keys: Promise<ReturnType<typeof createRemoteJWKSet>> | undefined

  /** @param cooldownMs a key that is not known has the keys read again, no more often than this */
  constructor(options: OidcOptions, { cooldownMs = 10_000 } = {}) {
    this.#options = options
    this.#cooldownMs = cooldownMs
  }

  async authenticate(token: string): Promise<Principal | undefined> {
    const { issuer, audiences, userClaim } = this.#options
    const keys = await this.#getKeys()
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms,
        issuer,
        audience: [...audiences],
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['exp', userClaim],
      })
      return { owner: this.#ownerOf(payload), isProject: false }
    } catch (error) {
      if (error instanceof AppError) throw error
      throw isAboutKeys(error) ? this.#unreachable(error) : refusalOf(error)
    }
  }

  #ownerOf(payload: JWTPayload) {
    const { userClaim, workspaceClaim } = this.#options
    const userId = readClaim(payload, userClaim)
    const workspaceId =
      workspaceClaim === undefined ? defaultWorkspaceId : readClaim(payload, workspaceClaim)
    return { workspaceId, userId }
  }

  /** Found out with the first token, and again after a failure. */
  #getKeys() {
    this.#keys ??= this.#discover().catch((error: unknown) => {
      this.#keys = undefined
      throw this.#unreachable(error)
    })
    return this.#keys
  }

  async #discover() {
    const { issuer } = this.#options
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) })
    if (!response.ok) throw new Error(`${url} answered ${response.status}`)
    const document = discoverySchema.parse(await response.json())
    if (document.issuer !== issuer) throw new Error(`${url} names the issuer ${document.issuer}`)
    const options = {
      timeoutDuration: timeoutMs,
      cacheMaxAge: maxKeyAgeMs,
      cooldownDuration: this.#cooldownMs,
    }
    return createRemoteJWKSet(new URL(document.jwks_uri), options)
  }

  #unreachable(cause: unknown): AppError {
    return new AppError(
      'issuer_unreachable',
      'The keys of the token’s issuer cannot be read: try again.',
      { cause, retry_after_ms: 1_000 },
    )
  }
}

function readClaim(payload: JWTPayload, claim: string): string {
  const value = idSchema.safeParse(payload[claim])
  if (value.success) return value.data
  throw new AppError('token_invalid', `The claim ${claim} of the token is not valid.`)
}

/** Whether the keys could not be read, rather than that the token is wrong. */
function isAboutKeys(error: unknown): boolean {
  return (
    !(error instanceof errors.JOSEError) ||
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    error.code === errors.JOSEError.code
  )
}
