import type { Page } from '@playwright/test'
import { expect, test } from './support/test.ts'

/** Relative luminance of the page and of its text, 0 to 1. */
const luminances = (page: Page) =>
  page.evaluate(() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
    if (!canvas) throw new Error('no canvas')
    const luminanceOf = (colour: string) => {
      canvas.fillStyle = colour
      canvas.fillRect(0, 0, 1, 1)
      const [red = 0, green = 0, blue = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map(
        (value) =>
          value / 255 <= 0.04045 ? value / 3_294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4,
      )
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const style = getComputedStyle(document.body)
    const isClear = style.backgroundColor === 'rgba(0, 0, 0, 0)'
    const { backgroundColor } = isClear ? getComputedStyle(document.documentElement) : style
    return { page: luminanceOf(backgroundColor), text: luminanceOf(style.color) }
  })

const contrast = ({ page, text }: { page: number; text: number }) =>
  (Math.max(page, text) + 0.05) / (Math.min(page, text) + 0.05)

test('light and dark follow the system', async ({ chat, page }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await chat.open()
  const light = await luminances(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  const dark = await luminances(page)
  expect(light.page).toBeGreaterThan(0.8)
  expect(dark.page).toBeLessThan(0.1)
  expect(contrast(light)).toBeGreaterThan(7)
  expect(contrast(dark)).toBeGreaterThan(7)
})

test('a chosen theme wins over the system, also after a reload', async ({ chat, page }) => {
  await chat.open()
  for (const [choice, system] of [
    ['Dark', 'light'],
    ['Light', 'dark'],
  ] as const) {
    await page.emulateMedia({ colorScheme: system })
    await chat.button('Theme').click()
    await page.getByRole('menuitemradio', { name: choice }).click()
    await expect.poll(async () => (await luminances(page)).page < 0.5).toBe(choice === 'Dark')
    await page.reload()
    await expect(chat.composer).toBeVisible()
    expect((await luminances(page)).page < 0.5).toBe(choice === 'Dark')
  }
})
