import type { Page } from '@playwright/test'
import { expect, test } from './support/test.ts'

interface Init {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

/** What a page's script gets, as the browser lets it. */
async function fetchFrom(page: Page, url: string, init: Init = {}) {
  return page.evaluate(
    async ([address, options]) => {
      try {
        const response = await fetch(address, { ...options, credentials: 'include' })
        return { status: response.status, body: await response.text() }
      } catch (error) {
        return { error: String(error) }
      }
    },
    [url, init] as const,
  )
}

const post = (body: unknown): Init => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: 'Bearer a' },
  body: JSON.stringify(body),
})

const hello = { messages: [{ role: 'user', content: 'Hello' }] }

test('a page of an allowed origin reads, writes and streams, with credentials', async ({
  page,
  startSite,
  startServer,
}) => {
  const site = await startSite()
  const server = await startServer({ CORS_ORIGINS: `https://a.example,${site.origin}` })
  await page.goto(site.origin)
  expect(await fetchFrom(page, `${server.url}/api/threads`)).toEqual({ status: 200, body: '[]' })

  // These need a pre-flight: the content type, the authorization, the methods.
  const created = await fetchFrom(page, `${server.url}/api/threads`, post({ id: 'from-afar' }))
  expect(created).toMatchObject({ status: 201 })
  const renamed = { ...post({ title: 'From afar' }), method: 'PATCH' }
  expect(await fetchFrom(page, `${server.url}/api/threads/from-afar`, renamed)).toMatchObject({
    status: 200,
  })
  const { status, body } = await fetchFrom(page, `${server.url}/api/chat`, post(hello))
  expect(status).toBe(200)
  expect(body).toContain('"type":"finish"')
  expect(await fetchFrom(page, `${server.url}/api/chat`, post({}))).toMatchObject({ status: 400 })
  const deletion = { method: 'DELETE', headers: { authorization: 'Bearer a' } }
  expect(await fetchFrom(page, `${server.url}/api/threads/from-afar`, deletion)).toMatchObject({
    status: 204,
  })
  expect(await server.threads()).toEqual([])
})

test('a page of another origin gets nothing and changes nothing', async ({
  page,
  startSite,
  startServer,
}) => {
  const allowed = await startSite()
  const site = await startSite()
  const server = await startServer({ CORS_ORIGINS: allowed.origin })
  await page.goto(site.origin)
  const refused = { error: 'TypeError: Failed to fetch' }
  expect(await fetchFrom(page, `${server.url}/api/threads`)).toEqual(refused)
  expect(await fetchFrom(page, `${server.url}/api/threads`, post({ id: 'a' }))).toEqual(refused)
  expect(await fetchFrom(page, `${server.url}/api/chat`, post({ id: 'b', ...hello }))).toEqual(
    refused,
  )
  expect(await server.threads()).toEqual([])

  await page.goto(allowed.origin)
  expect(await fetchFrom(page, `${server.url}/api/threads`)).toEqual({ status: 200, body: '[]' })
})

test('a form of another origin, which needs no pre-flight, changes nothing', async ({
  page,
  startSite,
  startServer,
}) => {
  const site = await startSite()
  const server = await startServer({ CORS_ORIGINS: 'https://a.example' })
  await page.goto(site.origin)
  const body = JSON.stringify({ id: 'a', ...hello })
  const types = ['text/plain', 'application/x-www-form-urlencoded']
  for (const type of types)
    await fetchFrom(page, `${server.url}/api/chat`, {
      method: 'POST',
      headers: { 'content-type': type },
      body,
    })
  expect(await server.threads()).toEqual([])
})
