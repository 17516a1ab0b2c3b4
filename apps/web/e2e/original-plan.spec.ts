import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { squeeze } from './support/chat-page.ts'
import { startModelServer } from './support/model-server.ts'
import { originalPlanRoot } from './support/static-site.ts'
import { textOf } from './support/stored.ts'
import { test as base, expect } from './support/test.ts'
import type { ServerProcess } from './support/server-process.ts'

// The runtime provider of the original plan, on a page of another origin than the server's.

const test = base.extend<{ api: ServerProcess }>({
  api: async ({ startServer, startSite, page }, use) => {
    const site = await startSite(join(originalPlanRoot, 'dist'))
    // To this client, to stop a reply is to leave.
    const api = await startServer({ CORS_ORIGINS: site.origin, DISCONNECT_POLICY: 'abort' })
    await page.goto(`${site.origin}/?api=${encodeURIComponent(`${api.url}/api/chat`)}`)
    await use(api)
  },
})

async function send(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text)
  await page.getByRole('button', { name: 'Send' }).click()
}

test('useChatRuntime holds a conversation of two turns with this server', async ({ page, api }) => {
  const replies = page.locator('[data-role="assistant"]')
  const bodies: { messages: unknown[] }[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST') bodies.push(request.postDataJSON() as { messages: unknown[] })
  })

  await send(page, 'Write 600 words')
  const lengths = new Set<number>()
  await expect
    .poll(
      async () => {
        lengths.add((await replies.allInnerTexts()).join('').length)
        return page.getByRole('button', { name: 'Send' }).isVisible()
      },
      { intervals: [50], timeout: 40_000 },
    )
    .toBe(true)
  expect(lengths.size).toBeGreaterThan(5)
  await send(page, 'And what did I say?')
  await expect(replies).toHaveCount(2)
  await expect(replies.last()).toContainText('And what did I say?')
  await expect(page.getByRole('button', { name: 'Send' })).toBeVisible()

  expect(bodies.map(({ messages }) => messages.length)).toEqual([1, 3])
  const threads = await api.threads()
  expect(threads).toHaveLength(1)
  const stored = await api.messages(threads[0]?.id ?? '')
  expect(stored.map(({ role, status }) => `${role} ${status}`)).toEqual([
    'user complete',
    'assistant complete',
    'user complete',
    'assistant complete',
  ])
  expect(stored.map(({ parent_id }) => parent_id)).toEqual([
    null,
    ...stored.slice(0, 3).map(({ id }) => id),
  ])
  expect(squeeze(await replies.first().innerText())).toBe(squeeze(textOf(stored[1])))
})

test('useChatRuntime stops a reply, and the server keeps what has come', async ({ page, api }) => {
  await send(page, 'Say 40 words slowly')
  const reply = page.locator('[data-role="assistant"]')
  await expect.poll(async () => squeeze(await reply.innerText()).length).toBeGreaterThan(5)
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(page.getByRole('button', { name: 'Send' })).toBeVisible()
  const [thread] = await api.threads()
  await expect
    .poll(async () => (await api.messages(thread?.id ?? '')).map(({ status }) => status))
    .toEqual(['complete', 'stopped'])
  const stored = await api.messages(thread?.id ?? '')
  expect(squeeze(textOf(stored[1]))).toContain(squeeze(await reply.innerText()))
  await send(page, 'Go on')
  await expect(reply.last()).toContainText('Go on')
})

base(
  'useChatRuntime goes on with a reply after a reload',
  async ({ page, startServer, startSite }) => {
    const site = await startSite(join(originalPlanRoot, 'dist'))
    const api = await startServer({ CORS_ORIGINS: site.origin })
    await page.goto(`${site.origin}/?api=${encodeURIComponent(`${api.url}/api/chat`)}`)
    await send(page, 'Say 30 words slowly')
    const reply = page.locator('[data-role="assistant"]')
    await expect.poll(async () => squeeze(await reply.innerText()).length).toBeGreaterThan(5)
    await page.reload()
    const [thread] = await api.threads()
    const stored = () => api.messages(thread?.id ?? '')
    await expect.poll(async () => (await stored())[1]?.status, { timeout: 20_000 }).toBe('complete')
    const text = squeeze(textOf((await stored())[1]))
    await expect.poll(async () => squeeze(await reply.innerText())).toBe(text)
  },
)

test('useChatRuntime shows the words of an error in mid-stream', async ({ page, api }) => {
  await send(page, 'Say 10 words, then an error')
  await expect(page.getByRole('alert')).toContainText('The demo model broke off in mid-reply')
  const [thread] = await api.threads()
  expect((await api.messages(thread?.id ?? '')).map(({ status }) => status)).toEqual([
    'complete',
    'failed',
  ])
})

base(
  'the model of assistant-ui’s model context answers',
  async ({ page, startServer, startSite }) => {
    const models = await startModelServer(['small', 'large'])
    try {
      const site = await startSite(join(originalPlanRoot, 'dist'))
      const server = await startServer({
        CORS_ORIGINS: site.origin,
        UPSTREAM: 'openai-compatible',
        OPENAI_BASE_URL: models.url,
        OPENAI_MODEL: 'small',
      })
      const query = new URLSearchParams({ api: `${server.url}/api/chat`, model: 'large' })
      await page.goto(`${site.origin}/?${String(query)}`)
      await send(page, 'Who are you?')
      await expect(page.locator('[data-role="assistant"]')).toContainText('I am large.')
    } finally {
      await models.stop()
    }
  },
)
