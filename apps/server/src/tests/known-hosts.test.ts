import { get } from 'node:http'
import { json } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { startTestServer } from './test-server.ts'

/** What a browser asks that was told that the name is this machine's. */
function ask(url: string, headers: Record<string, string>) {
  return new Promise<{ status: number | undefined; body: unknown }>((resolve, reject) => {
    const answer = get(`${url}/api/threads`, { headers }, (response) => {
      json(response).then((body) => resolve({ status: response.statusCode, body }), reject)
    })
    answer.on('error', reject)
  })
}

describe('a server that lets anybody in', () => {
  it.each([
    'localhost:8000',
    'chat.localhost',
    '127.0.0.1',
    '192.168.1.20:8000',
    '[::1]:8000',
    'server:8000',
    'chat.example.com',
    'CHAT.example.com:8443',
    'files.example.com',
  ])('answers under %s', async (host) => {
    const env = {
      CORS_ORIGINS: 'https://chat.example.com',
      PUBLIC_URL: 'https://files.example.com',
    }
    const { url } = await startTestServer({ env })
    expect(await ask(url, { host })).toEqual({ status: 200, body: [] })
  })

  it.each(['evil.example', '127.0.0.1.evil.example:8000', 'chat.example.com.', 'a b', '%', '@'])(
    'does not answer a page that calls it %s',
    async (host) => {
      const { url } = await startTestServer({ env: { CORS_ORIGINS: 'https://chat.example.com' } })
      const headers = { host, 'x-forwarded-host': 'localhost' }
      const problem = { code: 'invalid_request', detail: expect.stringContaining('CORS_ORIGINS') }
      expect(await ask(url, headers)).toMatchObject({ status: 400, body: problem })
    },
  )
})

it('a server that asks who it is answers under any name', async () => {
  const { url } = await startTestServer({ env: { AUTH: 'anonymous' } })
  const answer = await ask(url, { host: 'chat.example.com' })
  expect(answer).toMatchObject({ status: 401, body: { code: 'credentials_missing' } })
})
