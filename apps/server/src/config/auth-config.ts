import { z } from 'zod'
import { list, type Missing } from './variables.ts'

const modes = ['open', 'anonymous', 'jwt', 'api-key'] as const

/** Who is let in: anybody, anybody with an identity of their own, users of an issuer, servers. */
export type AuthModeName = (typeof modes)[number]

export interface AuthConfig {
  readonly modes: readonly AuthModeName[]
  /** Set where `jwt` is listed. */
  readonly jwt: JwtConfig | undefined
}

interface JwtConfig {
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly userClaim: string
  readonly workspaceClaim: string | undefined
}

/** The variables that say who is let in. */
export const authVariables = {
  AUTH: list.pipe(z.array(z.enum(modes)).min(1)).default(['open']),
  AUTH_OPEN_IN_PRODUCTION: z.literal('yes', 'must be yes, or not set').optional(),
  JWT_ISSUER: z
    .url({ protocol: /^https?$/, error: 'must be a URL, such as https://login.example.com' })
    .refine(isSafe, 'must be https, except on this machine')
    .optional(),
  JWT_AUDIENCE: list.pipe(z.array(z.string()).min(1)).optional(),
  JWT_USER_CLAIM: z.string().default('sub'),
  JWT_WORKSPACE_CLAIM: z.string().optional(),
}

type Variables = z.output<z.ZodObject<typeof authVariables>>

/**
 * @param elsewhere where threads are kept without a database, which sessions and keys need
 * @returns also the variables that are missing, each with what to do
 */
export function chooseAuth(
  variables: Variables,
  environment: string,
  elsewhere: { readonly apiKey: string | undefined } | undefined,
): { auth: AuthConfig; missing: Missing<Variables> } {
  const { AUTH, JWT_ISSUER: issuer, JWT_AUDIENCE: audiences } = variables
  const missing: Missing<Variables> = {}
  const isOpen = AUTH.includes('open')
  if (isOpen && environment === 'production' && variables.AUTH_OPEN_IN_PRODUCTION === undefined)
    missing.AUTH =
      'must name who is let in, such as anonymous or jwt; where really anybody may read everything, set AUTH_OPEN_IN_PRODUCTION=yes'
  const kept = AUTH.filter((mode) => mode === 'anonymous' || mode === 'api-key')
  if (elsewhere !== undefined && kept.length > 0)
    missing.AUTH = `${kept.join(' and ')} needs threads in a database of this server's own`
  if (elsewhere !== undefined && elsewhere.apiKey === undefined && AUTH.includes('jwt'))
    missing.AUTH =
      'lets in several users, whom THREADS=remote keeps apart with ASSISTANT_UI_API_KEY only'
  if (!AUTH.includes('jwt')) return { auth: { modes: AUTH, jwt: undefined }, missing }
  const why = 'must be set, since AUTH lists jwt'
  if (issuer === undefined) missing.JWT_ISSUER = why
  if (audiences === undefined) missing.JWT_AUDIENCE = why
  const jwt = {
    issuer: issuer ?? '',
    audiences: audiences ?? [],
    userClaim: variables.JWT_USER_CLAIM,
    workspaceClaim: variables.JWT_WORKSPACE_CLAIM,
  }
  return { auth: { modes: AUTH, jwt }, missing }
}

function isSafe(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
}
