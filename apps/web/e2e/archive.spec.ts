import { expect, test } from './support/test.ts'

test('an archived thread leaves the list, and comes back', async ({ chat, page, server }) => {
  await chat.open()
  await chat.ask('Put me away')
  const { threadId } = chat
  await chat.pick('Put me away', 'Archive')
  await expect(chat.threadRow('Put me away')).toHaveCount(0)
  await expect
    .poll(async () => (await server.threads('?is_archived=true')).map(({ id }) => id))
    .toContain(threadId)
  await page.reload()
  await expect(chat.button('New chat')).toBeVisible()
  await expect(chat.threadRow('Put me away')).toHaveCount(0)
  await chat.button('Archived', chat.sidebar).click()
  await expect(chat.threadRow('Put me away')).toBeVisible()
  await chat.pick('Put me away', 'Unarchive')
  await chat.button('Back to conversations', chat.sidebar).click()
  await expect(chat.threadRow('Put me away')).toBeVisible()
})

test('an archived thread that is looked at stays where it is', async ({ chat, page, server }) => {
  await chat.open()
  await chat.ask('Seen in the archive')
  const { threadId } = chat
  await chat.pick('Seen in the archive', 'Archive')
  await expect(chat.messages).toHaveCount(0)
  await page.goto(`/t/${threadId}`)
  await expect(chat.questions).toHaveText([/Seen in the archive/])
  await expect(page.getByText('archived', { exact: true })).toBeVisible()
  await chat.button('Archived', chat.sidebar).click()
  await expect(chat.threadRow('Seen in the archive')).toHaveAttribute('aria-current', 'page')
  expect((await server.threads('?is_archived=true')).map(({ id }) => id)).toContain(threadId)
})
