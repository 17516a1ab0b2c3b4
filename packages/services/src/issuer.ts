import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose'

/** Of its tokens. */
export const audience = 'chat'

/** An OpenID Connect issuer on loopback, as far as those go who check its tokens. */
export async function startIssuer() {
  let keys = await createKeys('first')
  let reads = 0
  const server = createServer((request, response) => {
    const documents: Record<string, unknown> = {
      '/.well-known/openid-configuration': { issuer: url, jwks_uri: `${url}/keys` },
      '/keys': { keys: [keys.publicJwk] },
    }
    if (request.url === '/keys') reads++
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(documents[request.url ?? ''] ?? {}))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return {
    url,
    /** What has a server take its tokens. */
    env: { AUTH: 'jwt', JWT_ISSUER: url, JWT_AUDIENCE: audience },
    /** A token for a user, good but for what is said otherwise; times are in seconds from now, NaN leaves them out. */
    sign: (sub: string, claims: JWTPayload & { in?: number; until?: number } = {}) => {
      const { in: begin, until = 300, ...rest } = claims
      const now = Math.floor(Date.now() / 1_000)
      const payload = {
        iss: url,
        aud: audience,
        sub,
        iat: now,
        ...(!Number.isNaN(until) && { exp: now + until }),
        ...(begin !== undefined && { nbf: now + begin }),
        ...rest,
      }
      return new SignJWT(payload)
        .setProtectedHeader({ alg: 'RS256', kid: keys.kid })
        .sign(keys.privateKey)
    },
    /** From now on another key signs, and the old one is not published any more. */
    rotate: async () => {
      const old = keys
      keys = await createKeys('second')
      return old
    },
    keys: () => keys,
    reads: () => reads,
    close,
  }
}

async function createKeys(kid: string) {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }
  return { kid, privateKey, publicKey, publicJwk }
}
