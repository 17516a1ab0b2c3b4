import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeTemporaryFolder, startTestServer } from './test-server.ts'

const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

describe('the built web app', () => {
  it('is what browsers get at / and at every address of the page, without caching', async () => {
    const { url } = await startTestServer({ webRoot: await makeWebApp() })
    for (const path of ['/', '/t/some-thread', '/anything']) {
      const response = await fetch(`${url}${path}`, { headers: browser })
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(response.headers.get('cache-control')).toBe('no-cache')
      expect(response.headers.get('vary')).toContain('Accept')
      expect(response.headers.get('content-security-policy')).toContain("script-src 'self'")
      expect(await response.text()).toBe('<h1>The page</h1>')
    }
  })

  it('does not come between anybody else and the API', async () => {
    const { url } = await startTestServer({ webRoot: await makeWebApp() })
    const info = await fetch(url)
    expect(await info.json()).toEqual({ message: 'Assistant UI Proxy API', status: 'running' })
    for (const path of ['/health', '/ready', '/api/threads'])
      expect((await fetch(`${url}${path}`, { headers: browser })).headers.get('content-type')).toBe(
        'application/json; charset=utf-8',
      )
    expect((await fetch(`${url}/api/nothing`, { headers: browser })).status).toBe(404)
    expect((await fetch(`${url}/nothing`)).status).toBe(404)
  })

  it('has its hashed files cached for good, and nothing outside its folder', async () => {
    const { url } = await startTestServer({ webRoot: await makeWebApp() })
    const script = await fetch(`${url}/assets/main-abc123.js`)
    expect(await script.text()).toBe('go()')
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect((await fetch(`${url}/assets/missing.js`)).status).toBe(404)
    expect((await fetch(`${url}/assets/%2e%2e/%2e%2e/secret.txt`)).status).toBe(404)
  })

  it('is not missed where it is not built', async () => {
    const { url } = await startTestServer()
    const response = await fetch(url, { headers: browser })
    expect(await response.json()).toMatchObject({ status: 'running' })
  })
})

async function makeWebApp(): Promise<string> {
  const folder = await makeTemporaryFolder()
  const root = join(folder, 'dist')
  await mkdir(join(root, 'assets'), { recursive: true })
  await writeFile(join(folder, 'secret.txt'), 'secret')
  await writeFile(join(root, 'index.html'), '<h1>The page</h1>')
  await writeFile(join(root, 'assets/main-abc123.js'), 'go()')
  return root
}
