import { createHmac } from 'node:crypto'
import { exportSPKI, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { startIssuer } from './issuer.ts'
import { makeTemporaryFolder, startTestServer } from './test-server.ts'

describe('tokens of an issuer', () => {
  it('let a user in, and keep users apart', async () => {
    const { ask, issuer } = await start()
    await ask(await issuer.sign('alice'), { method: 'POST', path: '/api/threads', body: {} })
    expect(await (await ask(await issuer.sign('alice'))).json()).toHaveLength(1)
    expect(await (await ask(await issuer.sign('bob'))).json()).toHaveLength(0)
  })

  const refused: [string, string, (issuer: Issuer) => Promise<string>][] = [
    ['expired', 'token_expired', (issuer) => issuer.sign('alice', { until: -60 })],
    ['not yet valid', 'token_invalid', (issuer) => issuer.sign('alice', { in: 120 })],
    ['for another audience', 'token_invalid', (issuer) => issuer.sign('alice', { aud: 'other' })],
    ['of another issuer', 'token_invalid', (issuer) => issuer.sign('alice', { iss: 'https://x' })],
    ['without a user', 'token_invalid', (issuer) => issuer.sign('')],
    ['without an end', 'token_invalid', (issuer) => issuer.sign('alice', { until: NaN })],
    ['unsigned', 'token_invalid', async (issuer) => unsigned(await issuer.sign('alice'))],
    ['signed with the public key as a secret', 'token_invalid', signedWithPublicKey],
    ['signed with a key of an unknown id', 'token_invalid', signedWithUnknownKey],
    ['altered', 'token_invalid', async (issuer) => altered(await issuer.sign('alice'))],
    ['no token at all', 'token_invalid', async () => 'nonsense'],
  ]
  it.each(refused)('are refused where they are %s', async (_name, code, make) => {
    const { ask, issuer, logs } = await start()
    const token = await make(issuer)
    const response = await ask(token)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer')
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ code })
    for (const part of token.split('.').filter((each) => each.length > 10)) {
      expect(text).not.toContain(part)
      expect(logs.join('\n')).not.toContain(part)
    }
  })

  it('may be a little early, or late', async () => {
    const { ask, issuer } = await start()
    expect((await ask(await issuer.sign('alice', { until: -10 }))).status).toBe(200)
    expect((await ask(await issuer.sign('alice', { in: 10 }))).status).toBe(200)
  })

  it('are checked with the keys of the moment, which are not read for each of them', async () => {
    const { ask, issuer } = await start()
    for (let round = 0; round < 5; round++)
      expect((await ask(await issuer.sign('alice'))).status).toBe(200)
    expect(issuer.reads()).toBe(1)
    const old = await issuer.sign('alice')
    await issuer.rotate()
    // Not read again at once: else anybody could have them read with every request.
    expect((await ask(await issuer.sign('alice'))).status).toBe(401)
    expect((await ask(old)).status).toBe(200)
    expect(issuer.reads()).toBe(1)
  })

  it('wait for an issuer that is away, which is no fault of theirs', async () => {
    const { ask, issuer } = await start()
    issuer.close()
    const response = await ask(await issuer.sign('alice'))
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await response.json()).toMatchObject({ code: 'issuer_unreachable' })
  })

  it('name the user and the workspace by the claims that are configured', async () => {
    const env = { JWT_USER_CLAIM: 'uid', JWT_WORKSPACE_CLAIM: 'org' }
    const { ask, issuer } = await start(env)
    const token = await issuer.sign('x', { uid: 'alice', org: 'acme' })
    await ask(token, { method: 'POST', path: '/api/threads', body: {} })
    const elsewhere = await issuer.sign('x', { uid: 'alice', org: 'other' })
    expect(await (await ask(token)).json()).toHaveLength(1)
    expect(await (await ask(elsewhere)).json()).toHaveLength(0)
    expect((await ask(await issuer.sign('alice'))).status).toBe(401)
  })
})

describe('API keys', () => {
  it('act for the user that a request names, until they are revoked', async () => {
    const { ask, apiKeys } = await start({ AUTH: 'api-key' })
    const { id, key } = (await apiKeys?.create('test')) ?? { id: '', key: '' }
    const headers = { 'aui-user-id': 'alice', 'aui-workspace-id': 'w' }
    expect((await ask(key, { headers })).status).toBe(200)
    expect((await ask(key)).status).toBe(400)
    for (const wrong of [`${key.slice(0, -1)}_`, key.replace(id, 'f'.repeat(12)), 'sk_aui_'])
      expect(await (await ask(wrong, { headers })).json()).toMatchObject({ code: 'token_invalid' })
    expect(await apiKeys?.list()).toMatchObject([{ id, name: 'test', revokedAt: null }])
    expect(JSON.stringify(await apiKeys?.list())).not.toContain(key.slice(-43))
    expect(await apiKeys?.revoke(id)).toBe(true)
    expect((await ask(key, { headers })).status).toBe(401)
    expect(await apiKeys?.revoke(id)).toBe(false)
  })
})

describe('users without an account', () => {
  it('are each one of their own, and go on with their refresh token', async () => {
    const { url, ask } = await start({ AUTH: 'anonymous' })
    expect(await (await ask(undefined)).json()).toMatchObject({ code: 'credentials_missing' })
    const [first, second] = [await signIn(url), await signIn(url)]
    await ask(first.access_token, { method: 'POST', path: '/api/threads', body: {} })
    expect(await (await ask(second.access_token)).json()).toHaveLength(0)
    const again = await refresh(url, first.refresh_token.token)
    expect(again.status).toBe(200)
    const tokens = (await again.json()) as Tokens
    expect(tokens.refresh_token.token).toBe(first.refresh_token.token)
    const days = (Date.parse(tokens.refresh_token.expires_at) - Date.now()) / 86_400_000
    expect(days).toBeGreaterThan(29.9)
    expect(await (await ask(tokens.access_token)).json()).toHaveLength(1)
    expect((await refresh(url, 'never given')).status).toBe(401)
  })

  it('are gone once somebody has claimed what they had', async () => {
    const { url, ask, issuer } = await start({ AUTH: 'anonymous,jwt' })
    const guest = await signIn(url)
    await ask(guest.access_token, { method: 'POST', path: '/api/threads', body: {} })
    const claim = (token: string) =>
      ask(token, {
        method: 'POST',
        path: '/v1/threads/claim',
        body: { refresh_token: guest.refresh_token.token },
      })
    const claimed = await claim(await issuer.sign('alice'))
    expect(await claimed.json()).toEqual({ moved: 1 })
    expect((await refresh(url, guest.refresh_token.token)).status).toBe(401)
    expect((await claim(await issuer.sign('bob'))).status).toBe(401)
    expect(await (await ask(await issuer.sign('alice'))).json()).toHaveLength(1)
  })

  it('get nowhere with a token that another signed', async () => {
    const { ask } = await start({ AUTH: 'anonymous' })
    const forged = await new SignJWT({ workspace_id: 'default' })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('assistant-ui-proxy')
      .setAudience('assistant-ui-proxy')
      .setSubject('alice')
      .setExpirationTime('5m')
      .sign(Buffer.alloc(32, 7))
    expect((await ask(forged)).status).toBe(401)
    expect((await ask(unsigned(forged))).status).toBe(401)
  })

  it('are not let in where nobody is without an account', async () => {
    const { url } = await start()
    const response = await fetch(`${url}/v1/auth/tokens/anonymous`, { method: 'POST' })
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ error: 'forbidden' })
  })
})

it('open is one owner for everybody, whatever token they bring', async () => {
  const { url, ask } = await start({ AUTH: 'open' })
  await ask(undefined, { method: 'POST', path: '/api/threads', body: {} })
  const { access_token } = await signIn(url)
  for (const token of [access_token, 'whatever'])
    expect(await (await ask(token)).json()).toHaveLength(1)
})

it('open beside an issuer is that owner too for who brings the token that it gives', async () => {
  const { url, ask, issuer } = await start({ AUTH: 'open,jwt' })
  await ask(undefined, { method: 'POST', path: '/api/threads', body: {} })
  const { access_token, refresh_token } = await signIn(url)
  expect(await (await ask(access_token)).json()).toHaveLength(1)
  const next = (await (await refresh(url, refresh_token.token)).json()) as Tokens
  expect(await (await ask(next.access_token)).json()).toHaveLength(1)
  expect(await (await ask(await issuer.sign('alice'))).json()).toHaveLength(0)
  expect((await ask('whatever')).status).toBe(401)
})

it('what everybody shares is nobody’s to claim, also once it is open no more', async () => {
  const DATABASE_URL = `sqlite:${await makeTemporaryFolder()}/x.db`
  const open = await start({ AUTH: 'open,jwt', DATABASE_URL })
  await open.ask(undefined, { method: 'POST', path: '/api/threads', body: {} })
  const { refresh_token } = await signIn(open.url)
  const claim = async ({ ask, issuer }: typeof open) => {
    const body = { refresh_token: refresh_token.token }
    const token = await issuer.sign('alice')
    const claimed = await ask(token, { method: 'POST', path: '/v1/threads/claim', body })
    return [claimed.status, await claimed.json(), await (await ask(token)).json()]
  }
  expect(await claim(open)).toEqual([200, { moved: 0 }, []])
  // It is everybody's as before, and so is the way in.
  expect(await (await open.ask(undefined)).json()).toHaveLength(1)
  expect((await refresh(open.url, refresh_token.token)).status).toBe(200)
  await open.stop()
  const closed = await start({ AUTH: 'anonymous,jwt', DATABASE_URL })
  expect(await claim(closed)).toEqual([200, { moved: 0 }, []])
  expect((await refresh(closed.url, refresh_token.token)).status).toBe(401)
})

type Issuer = Awaited<ReturnType<typeof startIssuer>>

interface Tokens {
  access_token: string
  refresh_token: { token: string; expires_at: string }
}

async function start(env: Record<string, string> = {}) {
  const issuer = await startIssuer()
  const logs: string[] = []
  const server = await startTestServer({
    env: { ...issuer.env, ...env },
    onLog: (line) => logs.push(line),
  })
  const ask = (
    token: string | undefined,
    {
      method = 'GET',
      path = '/api/threads',
      headers = {},
      body,
    }: { method?: string; path?: string; headers?: Record<string, string>; body?: object } = {},
  ) =>
    fetch(`${server.url}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    })
  return { ...server, issuer, logs, ask }
}

async function signIn(url: string): Promise<Tokens> {
  const response = await fetch(`${url}/v1/auth/tokens/anonymous`, { method: 'POST' })
  return (await response.json()) as Tokens
}

function refresh(url: string, refreshToken: string) {
  return fetch(`${url}/v1/auth/tokens/refresh`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ refresh_token: refreshToken }),
  })
}

function unsigned(token: string): string {
  const header = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
  return `${header}.${token.split('.')[1]}.`
}

function altered(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
  const other = Buffer.from(JSON.stringify({ ...claims, sub: 'bob' })).toString('base64url')
  return [header, other, signature].join('.')
}

/** What a verifier takes that lets the token say which algorithm it is checked with. */
async function signedWithPublicKey(issuer: Issuer): Promise<string> {
  const { publicKey, kid } = issuer.keys()
  const payload = (await issuer.sign('alice')).split('.')[1]
  const header = Buffer.from(JSON.stringify({ alg: 'HS256', kid })).toString('base64url')
  const secret = await exportSPKI(publicKey)
  const signature = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url')
  return `${header}.${payload}.${signature}`
}

async function signedWithUnknownKey(issuer: Issuer): Promise<string> {
  const known = issuer.keys()
  await issuer.rotate()
  const token = await issuer.sign('alice')
  expect(known.kid).not.toBe(issuer.keys().kid)
  return token.replace(/^[^.]+/, Buffer.from('{"alg":"RS256","kid":"x"}').toString('base64url'))
}
