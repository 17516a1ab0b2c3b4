import type { Page } from '@playwright/test'
import { expect, test } from './support/test.ts'

/** Where the conversation is scrolled to, and how far it could be. */
const scroll = (page: Page) =>
  page.evaluate(() => {
    let element = document.querySelector('[data-role]')?.parentElement
    while (element && !/auto|scroll/.test(getComputedStyle(element).overflowY))
      element = element.parentElement
    if (!element) throw new Error('nothing scrolls')
    const { scrollTop, scrollHeight, clientHeight } = element
    return { top: scrollTop, end: scrollHeight - clientHeight }
  })

test('a long reply keeps its end in sight of those who are there', async ({ chat, page }) => {
  await chat.open()
  await chat.send('Write 900 words')
  await expect.poll(async () => (await scroll(page)).end).toBeGreaterThan(400)
  for (let sample = 0; sample < 10; sample++) {
    const { top, end } = await scroll(page)
    expect(end - top).toBeLessThan(60)
    await page.waitForTimeout(50)
  }
  await chat.replied()
  const { top, end } = await scroll(page)
  expect(end - top).toBeLessThan(10)
})

test('a long reply does not move those who scrolled up', async ({ chat, page }) => {
  await chat.open()
  await chat.send('Write 5,000 words')
  await expect.poll(async () => (await scroll(page)).end).toBeGreaterThan(400)
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 }
  const back = chat.button('Scroll to bottom')
  // Where the page is busy, a turn of the wheel can come in the frame that follows the reply's end.
  await expect(async () => {
    // Over the conversation: the reply itself moves on.
    await page.mouse.move(width * 0.6, height * 0.4)
    await page.mouse.wheel(0, -300)
    await expect(back).toBeVisible({ timeout: 1_000 })
  }).toPass()
  await page.waitForTimeout(100)
  const before = await scroll(page)
  const tops = new Set<number>()
  await expect
    .poll(
      async () => {
        const { top, end } = await scroll(page)
        tops.add(top)
        return end
      },
      { intervals: [50] },
    )
    .toBeGreaterThan(before.end + 100)
  expect([...tops]).toEqual([before.top])
  await back.click()
  await expect
    .poll(async () => {
      const { top, end } = await scroll(page)
      return end - top
    })
    .toBeLessThan(60)
  await chat.button('Stop').click()
})
