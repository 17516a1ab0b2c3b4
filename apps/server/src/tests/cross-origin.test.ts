import { describe, expect, it } from 'vitest'
import { startTestServer } from './test-server.ts'

const preflight = (origin: string) => ({
  method: 'OPTIONS',
  headers: {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  },
})

function corsHeadersOf({ headers }: Response): string[] {
  return [...headers.keys()].filter((name) => name.startsWith('access-control-'))
}

describe('CORS', () => {
  it('allows the web origins on localhost and 127.0.0.1 by default, with credentials', async () => {
    const { url } = await startTestServer()
    for (const origin of ['http://localhost:3000', 'http://127.0.0.1:3000']) {
      const { headers } = await fetch(`${url}/health`, { headers: { origin } })
      expect(headers.get('access-control-allow-origin')).toBe(origin)
      expect(headers.get('access-control-allow-credentials')).toBe('true')
      expect(headers.get('vary')).toContain('Origin')
    }
  })

  it('answers the pre-flight of an allowed origin', async () => {
    const { url } = await startTestServer({ env: { CORS_ORIGINS: 'https://a.example' } })
    const response = await fetch(`${url}/api/chat`, preflight('https://a.example'))
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-methods')).toBe('GET,POST,PUT,PATCH,DELETE')
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization,content-type')
  })

  it('gives an unknown origin no CORS headers, pre-flight included', async () => {
    const { url } = await startTestServer({ env: { CORS_ORIGINS: 'https://a.example' } })
    const origin = 'https://b.example'
    expect(corsHeadersOf(await fetch(`${url}/health`, { headers: { origin } }))).toEqual([])
    expect(corsHeadersOf(await fetch(`${url}/api/chat`, preflight(origin)))).toEqual([])
  })

  it('puts its headers on streams and on problems too', async () => {
    const { url } = await startTestServer()
    const headers = { origin: 'http://localhost:3000', 'content-type': 'application/json' }
    const post = (body: string) => fetch(`${url}/api/chat`, { method: 'POST', headers, body })
    const stream = await post('{"messages":[{"role":"user","content":"Hello"}]}')
    expect(corsHeadersOf(stream)).toContain('access-control-allow-origin')
    await stream.body?.cancel()
    expect(corsHeadersOf(await post('{'))).toContain('access-control-allow-origin')
  })

  it('allows every origin where CORS_ORIGINS is *', async () => {
    const { url } = await startTestServer({ env: { CORS_ORIGINS: '*' } })
    const { headers } = await fetch(`${url}/health`, { headers: { origin: 'https://b.example' } })
    expect(headers.get('access-control-allow-origin')).toBe('https://b.example')
  })
})
