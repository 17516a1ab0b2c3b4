import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import type { ServerProcess } from './support/server-process.ts'
import { cloudRuntimeRoot } from './support/static-site.ts'
import { test as base, expect } from './support/test.ts'

// assistant-ui's own cloud runtime, on a page that knows nothing of this project but the address.

const test = base.extend<{ api: ServerProcess }>({
  api: async ({ startServer, startSite, page }, use) => {
    const site = await startSite(join(cloudRuntimeRoot, 'dist'))
    const api = await startServer({ CORS_ORIGINS: site.origin })
    await page.goto(`${site.origin}/?url=${encodeURIComponent(api.url)}`)
    await use(api)
  },
})

test('a conversation is kept once, with its title, and is there after a reload', async ({
  page,
  api,
}) => {
  await say(page, 'Tell me about lighthouses')
  await expect(row(page, 'Tell me about lighthouses')).toBeVisible()
  await say(page, 'And of harbours?')
  await expect.poll(() => kept(api)).toEqual([['user', 'assistant', 'user', 'assistant']])
  await page.reload()
  await row(page, 'Tell me about lighthouses').getByText('Tell me').click()
  await expect(questions(page)).toHaveText(['Tell me about lighthouses', 'And of harbours?'])
  await expect(replies(page).last()).toContainText('And of harbours?')
  // What was told after the reply is the same that the server had stored by itself.
  expect(await kept(api)).toEqual([['user', 'assistant', 'user', 'assistant']])
})

test('threads are switched, renamed, archived and deleted', async ({ page, api }) => {
  await say(page, 'First about apples')
  await page.getByRole('button', { name: 'New' }).click()
  await say(page, 'Then about pears')
  await row(page, 'First about apples').getByText('First about apples').click()
  await expect(questions(page)).toHaveText(['First about apples'])
  await row(page, 'First about apples').getByRole('button', { name: 'Rename' }).click()
  await expect(row(page, 'A name of my own')).toBeVisible()
  await row(page, 'Then about pears').getByRole('button', { name: 'Archive' }).click()
  await expect(page.locator('[data-archived]')).toContainText('Then about pears')
  await expect.poll(async () => (await api.threads('?is_archived=true')).length).toBe(1)
  await page.reload()
  await expect(row(page, 'A name of my own')).toBeVisible()
  await page.locator('[data-archived]').getByRole('button', { name: 'Unarchive' }).click()
  await row(page, 'A name of my own').getByRole('button', { name: 'Delete' }).click()
  await expect(page.locator('[data-thread]')).toHaveCount(1)
  await expect
    .poll(async () => (await api.threads()).map(({ title }) => title))
    .toEqual(['Then about pears'])
})

test('an edit and a regenerated reply are branches, also after a reload', async ({ page, api }) => {
  await say(page, 'Hello')
  await page.getByRole('button', { name: 'Regenerate' }).click()
  await expect(page.locator('[data-branches]')).toHaveText(/2\/2/)
  await settled(page)
  await page.getByRole('button', { name: 'Edit' }).click()
  await page.getByRole('textbox', { name: 'Edited message' }).fill('Good day')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(replies(page).last()).toContainText('Good day')
  await settled(page)
  await expect
    .poll(async () => (await kept(api))[0]?.toSorted())
    .toEqual(['assistant', 'assistant', 'assistant', 'user', 'user'])
  await page.reload()
  await row(page, 'Hello').getByText('Hello').click()
  await expect(questions(page)).toHaveText(['Good day'])
  await page.locator('[data-branches]').getByText('Previous').first().click()
  await expect(questions(page)).toHaveText(['Hello'])
  // Both replies to it are there; which of them shows, the runtime decides.
  await expect(page.locator('[data-branches]').last()).toHaveText(/[12]\/2/)
})

base(
  'users without an account have a conversation each, through the cloud and the chat alike',
  async ({ browser, startServer, startSite }) => {
    const site = await startSite(join(cloudRuntimeRoot, 'dist'))
    const server = await startServer({ CORS_ORIGINS: site.origin, AUTH: 'anonymous' })
    const url = `${site.origin}/?url=${encodeURIComponent(server.url)}`
    for (const text of ['Tell me about lighthouses', 'Tell me about harbours']) {
      const context = await browser.newContext()
      const page = await context.newPage()
      await page.goto(url)
      await say(page, text)
      await expect(row(page, text)).toBeVisible()
      await page.reload()
      await row(page, text).getByText(text).click()
      await expect(questions(page)).toHaveText([text])
      const reported = page.waitForRequest(`${server.url}/v1/runs`)
      await say(page, 'Hello')
      await reported
      await page.reload()
      await row(page, text).getByText(text).click()
      await expect(questions(page)).toHaveText([text, 'Hello'])
      await expect(replies(page)).toHaveCount(2)
      await expect(page.locator('[data-branches]')).toHaveCount(0)
      await expect(page.locator('[data-thread]')).toHaveCount(1)
      await context.close()
    }
  },
)

test('an attachment is brought, asked about, and there after a reload', async ({ page, api }) => {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  )
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Attach' }).click(),
  ])
  const uploaded = page.waitForResponse((response) => response.request().method() === 'PUT')
  await chooser.setFiles({ name: 'cat.png', mimeType: 'image/png', buffer: png })
  expect((await uploaded).status()).toBe(200)
  await say(page, 'Look at the cat')
  const [thread] = await api.threads()
  await expect
    .poll(async () => (await api.messages(thread?.id ?? ''))[0]?.parts)
    .toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'file', url: expect.stringContaining('/v1/files/') }),
      ]),
    )
  await page.reload()
  await row(page, 'Look at the cat').getByText('Look at the cat').click()
  const parts = (await api.messages(thread?.id ?? ''))[0]?.parts ?? []
  const file = parts.find((part) => part.type === 'file')
  const shown = await page.request.get(file?.type === 'file' ? file.url : '')
  expect(await shown.body()).toEqual(png)
  await expect(page.locator('[data-attachment]')).toHaveCount(1)
})

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message', exact: true }).fill(text)
  await page.getByRole('button', { name: 'Send' }).click()
  await expect(questions(page).last()).toHaveText(text)
  await expect(replies(page).last()).toContainText(text)
  await settled(page)
}

function settled(page: Page): Promise<void> {
  return expect(page.getByRole('button', { name: 'Send' })).toBeVisible()
}

function questions(page: Page): Locator {
  return page.locator('[data-role="user"]')
}

function replies(page: Page): Locator {
  return page.locator('[data-role="assistant"]')
}

function row(page: Page, title: string): Locator {
  return page.locator('[data-thread]').filter({ hasText: title })
}

/** The roles of each thread's messages. */
async function kept(api: ServerProcess): Promise<string[][]> {
  const threads = await api.threads()
  const messages = await Promise.all(threads.map(({ id }) => api.messages(id)))
  return messages.map((each) => each.map(({ role }) => role))
}
