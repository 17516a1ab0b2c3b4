import { mkdir, writeFile } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
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

  it.each([
    ['br', 'gzip, deflate, br, zstd', brotliDecompressSync],
    ['gzip', 'gzip;q=0.5, br;q=0', gunzipSync],
    [undefined, 'identity', undefined],
    [undefined, undefined, undefined],
  ])('comes encoded as %s to those who accept %s', async (encoding, accepted, decompress) => {
    const { url } = await startTestServer({ webRoot: await makeWebApp({ isCompressed: true }) })
    for (const [path, type, text] of [
      ['/assets/main-abc123.js', 'text/javascript; charset=utf-8', 'go()'],
      ['/t/some-thread', 'text/html; charset=utf-8', '<h1>The page</h1>'],
    ] as const) {
      const { status, headers, body } = await ask(url + path, { ...browser, accepted })
      expect(status).toBe(200)
      expect(headers).toMatchObject({
        'content-type': type,
        'content-length': String(body.length),
        vary: expect.stringContaining('Accept-Encoding'),
        'cache-control': path.startsWith('/assets')
          ? 'public, max-age=31536000, immutable'
          : 'no-cache',
      })
      expect(headers['content-encoding']).toBe(encoding)
      expect((decompress?.(body) ?? body).toString()).toBe(text)
    }
  })

  it('has a validator of its own for each encoding, and a HEAD that says what a GET does', async () => {
    const { url } = await startTestServer({ webRoot: await makeWebApp({ isCompressed: true }) })
    const etags = new Set<unknown>()
    for (const accepted of ['br', 'gzip', 'identity'])
      for (const path of ['/assets/main-abc123.js', '/']) {
        const got = await ask(url + path, { ...browser, accepted })
        const { etag, 'last-modified': date } = got.headers
        if (etag !== undefined) etags.add(etag)
        const head = await ask(url + path, { ...browser, accepted, method: 'HEAD' })
        expect(head.body).toHaveLength(0)
        for (const name of ['etag', 'content-encoding', 'content-length', 'content-type'])
          expect(head.headers[name]).toBe(got.headers[name])
        const known = await ask(url + path, { ...browser, accepted, etag, date })
        expect(known.status).toBe(304)
        expect(known.headers.vary).toContain('Accept-Encoding')
      }
    expect(etags.size).toBe(3)
  })

  it('compresses nothing of the API', async () => {
    const { url } = await startTestServer({ webRoot: await makeWebApp({ isCompressed: true }) })
    for (const path of ['/health', '/ready', '/api/threads']) {
      const { headers } = await ask(url + path, { ...browser, accepted: 'br, gzip' })
      expect(headers['content-encoding']).toBeUndefined()
    }
  })

  it('is not missed where it is not built', async () => {
    const { url } = await startTestServer()
    const response = await fetch(url, { headers: browser })
    expect(await response.json()).toMatchObject({ status: 'running' })
  })
})

interface Asking {
  readonly accept: string
  readonly accepted: string | undefined
  readonly etag?: string | undefined
  readonly date?: string | undefined
  readonly method?: string
}

/** Unlike `fetch`, which decompresses, and says by itself what it accepts. */
async function ask(url: string, { accept, accepted, etag, date, method = 'GET' }: Asking) {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const headers = {
    accept,
    ...(accepted !== undefined && { 'accept-encoding': accepted }),
    ...(etag !== undefined && { 'if-none-match': etag }),
    ...(date !== undefined && { 'if-modified-since': date }),
  }
  request(url, { method, headers }, resolve).on('error', reject).end()
  const response = await promise
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) }
}

async function makeWebApp({ isCompressed = false } = {}): Promise<string> {
  const folder = await makeTemporaryFolder()
  const root = join(folder, 'dist')
  await mkdir(join(root, 'assets'), { recursive: true })
  await writeFile(join(folder, 'secret.txt'), 'secret')
  await writeFile(join(root, 'index.html'), '<h1>The page</h1>')
  await writeFile(join(root, 'assets/main-abc123.js'), 'go()')
  if (isCompressed)
    for (const [name, text] of [
      ['index.html', '<h1>The page</h1>'],
      ['assets/main-abc123.js', 'go()'],
    ] as const) {
      await writeFile(join(root, `${name}.br`), brotliCompressSync(text))
      await writeFile(join(root, `${name}.gz`), gzipSync(text))
    }
  return root
}
