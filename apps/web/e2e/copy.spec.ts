import { expect, test } from './support/test.ts'

test('a message and a code block are copied', async ({ chat, page }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  const copied = () => page.evaluate(() => navigator.clipboard.readText())
  await chat.open()
  await chat.ask('Show me some code')
  await chat.questions.hover()
  await chat.button('Copy', chat.questions).click()
  await expect(chat.button('Copied', chat.questions)).toBeVisible()
  expect(await copied()).toBe('Show me some code')
  await chat.button('Copy', chat.lastReply).click()
  await expect.poll(copied).toMatch(/```ts\nimport .*```$/s)
  await chat.button('Copy code', chat.lastReply).click()
  await expect.poll(copied).toMatch(/^import .*\}\n?$/s)
  await expect(chat.button('Copied')).toHaveCount(0)
})

test('a clipboard that the browser does not give is told of', async ({ chat, page }) => {
  await page.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException('', 'NotAllowedError'))
  })
  await chat.open()
  await chat.ask('Hello')
  await chat.button('Copy', chat.lastReply).click()
  await expect(page.getByRole('alert').filter({ hasText: 'Not copied' })).toBeVisible()
  await expect(chat.button('Copied')).toHaveCount(0)
})
