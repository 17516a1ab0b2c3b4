import { expect, test } from './support/test.ts'

test('what was said is found while it is typed, and opened', async ({ chat, page }) => {
  await chat.open()
  await chat.ask('Where do humpback whales sing?')
  const threadId = chat.threadId
  await chat.newChat()
  await chat.ask('And what about penguins?')
  const field = page.getByRole('textbox', { name: 'Search conversations' })
  const hits = page.getByRole('list', { name: 'Found' }).getByRole('link')
  await field.fill('humpb')
  await expect(hits).toHaveCount(1)
  await expect(hits.locator('mark').first()).toHaveText(/humpback/i)
  await hits.click()
  await expect(page).toHaveURL(`/t/${threadId}`)
  await expect(chat.questions.first()).toContainText('humpback whales')
  await field.fill('ostrich')
  await expect(page.getByText('Nothing found.')).toBeVisible()
  await field.press('Escape')
  await expect(field).toHaveValue('')
  await expect(chat.sidebar.locator(`a[href="/t/${threadId}"]`)).toBeVisible()
})
