import { expect, test } from './support/test.ts'

test('a message for a thread that was deleted elsewhere is kept, and begins it anew', async ({
  chat,
  request,
  server,
}) => {
  await chat.open()
  await chat.ask('To be deleted')
  const { threadId } = chat
  await request.delete(`/api/threads/${threadId}`)
  await chat.send('Words that matter')
  await expect(chat.lastReply.getByRole('alert')).toContainText('This conversation was deleted')
  await expect(chat.questions).toHaveText([/Words that matter/])
  await chat.button('Retry', chat.lastReply).click()
  await expect(chat.lastReply).toContainText('Words that matter')
  await chat.replied()
  expect(await server.messages(threadId)).toHaveLength(2)
  await expect(chat.threadRow('Words that matter')).toBeVisible()
  await expect(chat.threadRow('To be deleted')).toHaveCount(0)
})

test('a thread that was deleted elsewhere is not shown for ever, and begins anew with the draft', async ({
  chat,
  page,
  request,
}) => {
  await chat.open()
  await chat.ask('Soon to be deleted')
  await chat.composer.fill('Words that matter')
  await request.delete(`/api/threads/${chat.threadId}`)
  // Somebody comes back to the tab.
  await page.evaluate(() => window.dispatchEvent(new Event('focus')))
  await expect(page.getByRole('alert').filter({ hasText: 'was deleted' })).toBeVisible()
  await expect(chat.messages).toHaveCount(0)
  await expect(chat.threadRow('Soon to be deleted')).toHaveCount(0)

  await page.reload()
  await expect(page.getByRole('alert').filter({ hasText: 'was deleted' })).toBeVisible()
  await expect(chat.composer).toHaveValue('Words that matter')
  await expect(chat.sidebar.locator(`a[href="/t/${chat.threadId}"]`)).toHaveCount(0)
  await chat.button('Send').click()
  await chat.replied()
  await expect(chat.questions).toHaveText([/Words that matter/])
  await expect(chat.sidebar.locator(`a[href="/t/${chat.threadId}"]`)).toBeVisible()
})

test('a thread that is begun anew has the title of what it is about now', async ({
  chat,
  page,
  request,
}) => {
  await chat.open()
  await chat.ask('What it was about')
  await request.delete(`/api/threads/${chat.threadId}`)
  // Also where somebody comes back to it more than once.
  for (const _ of ['once', 'twice'])
    await expect(async () => {
      const looked = page.waitForResponse('**/messages', { timeout: 1_000 })
      await page.evaluate(() => window.dispatchEvent(new Event('focus')))
      await looked
    }).toPass()
  await expect(page.getByRole('alert').filter({ hasText: 'was deleted' })).toBeVisible()
  await chat.ask('What it is about now')
  await expect(chat.threadRow('What it is about now')).toBeVisible()
  await expect(chat.threadRow('What it was about')).toHaveCount(0)
  await expect(page).toHaveTitle(/What it is about now/)
})
