import type { Locator, Page } from '@playwright/test'
import { expect, test } from './support/test.ts'

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press(key)
  }
  throw new Error(`${key} never reached ${String(target)}`)
}

test('a whole conversation works with the keyboard alone', async ({ chat, page, startServer }) => {
  // With no threads of other tests to walk through.
  const { url } = await startServer()
  await page.goto(url)
  await expect(chat.composer).toBeFocused()
  await page.keyboard.type('First line')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('second line by keyboard')
  await page.keyboard.press('Enter')
  await expect(chat.questions).toHaveText([/First line\nsecond line by keyboard/])
  await chat.replied()
  const first = chat.threadId

  // Regenerate, and look at the reply before.
  await tabTo(page, chat.button('Regenerate', chat.lastReply), 'Shift+Tab')
  await page.keyboard.press('Enter')
  const versions = chat.lastReply.getByRole('group', { name: 'Versions' })
  await expect(versions).toContainText('2/2')
  await chat.replied()
  await tabTo(page, chat.button('Previous', versions), 'Shift+Tab')
  await page.keyboard.press('Enter')
  await expect(versions).toContainText('1/2')

  // Edit what was said.
  await tabTo(page, chat.button('Edit', chat.questions.first()), 'Shift+Tab')
  await page.keyboard.press('Enter')
  const box = page.getByRole('textbox', { name: 'Edit message' })
  await expect(box).toBeFocused()
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type('Said otherwise')
  await tabTo(page, chat.button('Save'))
  await page.keyboard.press('Enter')
  await expect(chat.questions).toHaveText([/Said otherwise/])
  await chat.replied()

  // A slow one, and stop.
  await tabTo(page, chat.composer)
  await page.keyboard.type('Say 40 words slowly')
  await page.keyboard.press('Enter')
  await chat.replying()
  await tabTo(page, chat.button('Stop'))
  await page.keyboard.press('Enter')
  await expect(chat.lastReply).toContainText('Stopped')

  // A new chat, then back to the first by the list.
  await tabTo(page, chat.button('New chat'), 'Shift+Tab')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/$/)
  await expect(chat.messages).toHaveCount(0)
  const row = chat.sidebar.locator(`a[href="/t/${first}"]`)
  await tabTo(page, row)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(`${url}/t/${first}`)

  // Rename, by the menu.
  await tabTo(page, row)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Rename' }).waitFor()
  await tabTo(page, page.getByRole('menuitem', { name: 'Rename' }), 'ArrowDown')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('textbox', { name: 'Title' })).toBeFocused()
  await page.keyboard.type('Done by keyboard')
  await page.keyboard.press('Enter')
  await expect(chat.threadRow('Done by keyboard')).toBeVisible()
})

test('Enter waits for the reply, and takes nothing from what is written meanwhile', async ({
  chat,
  page,
}) => {
  await chat.open()
  await chat.send('Say 60 words slowly')
  await chat.replying()
  await chat.composer.fill('And then?')
  await page.keyboard.press('Enter')
  await expect(chat.composer).toHaveValue('And then?')
  await page.keyboard.press('Shift+Enter')
  await expect(chat.composer).toHaveValue('And then?\n')
  await chat.button('Stop').click()
  await expect(chat.composer).toHaveValue('And then?\n')
})

test('a button before the list of threads leads past it', async ({ chat, page }) => {
  await chat.open()
  const skip = chat.button('Skip to the message box')
  await chat.button('New chat').focus()
  await page.keyboard.press('Shift+Tab')
  await expect(skip).toBeFocused()
  expect((await skip.boundingBox())?.height).toBeGreaterThan(24)
  await page.keyboard.press('Enter')
  await expect(chat.composer).toBeFocused()
})
