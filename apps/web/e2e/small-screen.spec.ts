import type { Locator, Page } from '@playwright/test'
import { expect, test } from './support/test.ts'

test.use({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true })

/** By how much the page is wider than the screen. */
const overflow = (page: Page) =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    return scrollWidth - clientWidth
  })

test('nothing is wider than a screen of 360 × 640 pixels', async ({ chat, page }) => {
  await chat.open()
  expect(await overflow(page)).toBe(0)
  await chat.ask(`Show me a table and some code ${'x'.repeat(300)}`)
  expect(await overflow(page)).toBe(0)
  for (const target of [chat.composer, chat.button('Send'), chat.lastReply]) {
    const box = await target.boundingBox()
    expect(box?.x).toBeGreaterThanOrEqual(0)
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(360)
  }
})

test('a tool of any name stays on the screen, and its input is set out', async ({ chat, page }) => {
  await chat.open()
  const toolName = 'look_up_'.repeat(12)
  const chunks = [
    { type: 'start', messageId: 'r' },
    { type: 'tool-input-available', toolCallId: 'c', toolName, input: { city: 'Bern' } },
    { type: 'finish' },
  ]
  // The demo model calls no tools.
  await page.route('**/api/chat', (route) =>
    route.fulfill({
      contentType: 'text/event-stream',
      body: chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(''),
    }),
  )
  await chat.send('Look it up')
  const call = chat.lastReply.getByRole('button', { name: toolName })
  await expect(call).toBeVisible()
  const box = await call.boundingBox()
  expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(360)
  await call.tap()
  expect(await chat.lastReply.locator('pre').innerText()).toBe('{\n  "city": "Bern"\n}')
})

test('the list of threads is a drawer on a small screen', async ({ chat, page }) => {
  await chat.open()
  await chat.ask('Small screen, first')
  const first = chat.threadId
  const drawer = page.getByRole('dialog', { name: 'Conversations' })
  await expect(drawer).toHaveCount(0)
  await chat.button('Conversations').tap()
  await expect(drawer).toBeVisible()
  expect(await overflow(page)).toBe(0)
  await chat.button('New chat', drawer).tap()
  await expect(drawer).toHaveCount(0)
  await chat.ask('Small screen, second')
  await chat.button('Conversations').tap()
  await drawer.locator(`a[href="/t/${first}"]`).tap()
  await expect(drawer).toHaveCount(0)
  await expect(chat.questions).toHaveText([/Small screen, first/])
  await chat.button('Conversations').tap()
  await page.keyboard.press('Escape')
  await expect(drawer).toHaveCount(0)
})

test('Escape in the drawer clears what was written before it closes it', async ({
  chat,
  page,
  request,
}) => {
  await request.post('/api/threads', { data: { title: 'Small screen, beside' } })
  await chat.open()
  await chat.ask('Small screen, renamed')
  const drawer = page.getByRole('dialog', { name: 'Conversations' })
  await chat.button('Conversations').tap()
  const field = drawer.getByRole('textbox', { name: 'Search conversations' })
  const icon = drawer.getByRole('search').locator('svg')
  expect(await middleOf(icon)).toBeCloseTo(await middleOf(field), 0)
  await field.fill('renamed')
  await page.keyboard.press('Escape')
  await expect(field).toHaveValue('')
  await expect(drawer).toBeVisible()

  await chat.button('Options for Small screen, renamed', drawer).tap()
  await page.getByRole('menuitem', { name: 'Rename' }).tap()
  await expect(page.getByRole('textbox', { name: 'Title' })).toBeFocused()
  await page.getByRole('textbox', { name: 'Title' }).fill('')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveCount(0)
  await expect(drawer).toBeVisible()

  // What fails there is told there.
  await page.route('**/api/threads/*', (route) => route.abort())
  await chat.button('Options for Small screen, beside', drawer).tap()
  await page.getByRole('menuitem', { name: 'Archive' }).tap()
  const notice = drawer.getByRole('alert').filter({ hasText: 'cannot be reached' })
  await expect(notice).toBeVisible()
  await chat.button('Dismiss', notice).tap()
  await expect(notice).toHaveCount(0)
  await expect(drawer).toBeVisible()

  await page.keyboard.press('Escape')
  await expect(drawer).toHaveCount(0)
  await expect(chat.button('Conversations')).toBeFocused()
})

async function middleOf(element: Locator): Promise<number> {
  const box = await element.boundingBox()
  return (box?.y ?? 0) + (box?.height ?? 0) / 2
}

test.describe('a window that is short', () => {
  test.use({ viewport: { width: 640, height: 320 } })

  test('shows a new chat from its beginning, and keeps room beside a long draft', async ({
    chat,
    page,
  }) => {
    await chat.open()
    await expect(page.getByRole('heading', { name: 'What would you like' })).toBeInViewport()
    await chat.composer.fill('line\n'.repeat(30))
    const box = await chat.composer.boundingBox()
    expect(box?.height).toBeLessThanOrEqual(0.35 * 320 + 1)
  })

  test('keeps a message that is edited in sight', async ({ chat, page }) => {
    await chat.open()
    await chat.ask('Two of them')
    await chat.button('Edit').click()
    const box = page.getByRole('textbox', { name: 'Edit message' })
    await expect(box).toBeFocused()
    // The conversation has grown by then, and would have moved on.
    await page.waitForTimeout(300)
    await expect(box).toBeInViewport({ ratio: 1 })
  })
})
