import { expect, test } from './support/test.ts'

test('that a reply begins, and how it ends, is told', async ({ chat, page }) => {
  const told = page.getByRole('status').filter({ hasText: /repl/ })
  await chat.open()
  await chat.ask('Hello')
  await page.reload()
  await chat.replied()
  await expect(told).toHaveCount(0)
  await chat.send('Say 60 words slowly')
  await expect(told).toHaveText('The assistant is replying.')
  await chat.button('Stop').click()
  await expect(told).toHaveText('The reply was stopped.')
  await chat.ask('Say 5 words')
  await expect(told).toHaveText('The reply is complete.')
  await chat.ask('Say 5 words, then an error')
  await expect(told).toHaveText('The reply failed.')
})
