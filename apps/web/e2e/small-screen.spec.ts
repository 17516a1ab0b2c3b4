import type { Page } from '@playwright/test'
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
