import { ChatPage, squeeze } from './support/chat-page.ts'
import { textOf } from './support/stored.ts'
import { expect, test } from './support/test.ts'

test('a reload keeps the conversation and where it is', async ({ chat, page }) => {
  await chat.open()
  await chat.ask('Remember the harbour')
  await chat.ask('And the lighthouse')
  const before = await chat.messages.allInnerTexts()
  await page.reload()
  await expect(chat.messages).toHaveCount(4)
  await expect(chat.threadRow('Remember the harbour')).toHaveAttribute('aria-current', 'page')
  await expect.poll(() => chat.messages.allInnerTexts()).toEqual(before)
})

test('a reload in mid-stream goes on with the reply', async ({ chat, page, server }) => {
  await chat.open()
  await chat.send('Say 30 words slowly')
  await chat.replying('A stream is')
  await page.reload()
  await expect(chat.questions).toHaveText([/Say 30 words slowly/])
  await expect(chat.button('Stop')).toBeVisible()
  await expect(chat.button('Send')).toBeVisible({ timeout: 15_000 })
  await expect(chat.replies).toHaveCount(1)
  const stored = await server.messages(chat.threadId)
  expect(stored.map(({ role, status }) => `${role} ${status}`)).toEqual([
    'user complete',
    'assistant complete',
  ])
  expect(squeeze(await chat.lastReply.innerText())).toContain(squeeze(textOf(stored[1])))
})

test('stop works after a reload', async ({ chat, page, server }) => {
  await chat.open()
  await chat.send('Say 60 words slowly')
  await chat.replying('A stream is')
  await page.reload()
  await chat.button('Stop').click()
  await expect(chat.lastReply).toContainText('Stopped')
  const statuses = async () =>
    (await server.messages(chat.threadId)).map(({ status }) => status).join()
  await expect.poll(statuses).toBe('complete,stopped')
  await chat.ask('Go on')
  await expect(chat.lastReply).toContainText('Go on')
})

test('a tab that somebody comes back to has what happened in another', async ({ chat, page }) => {
  await chat.open()
  await chat.ask('Said in the first tab')
  const tab = await page.context().newPage()
  await tab.goto(page.url())
  const other = new ChatPage(tab)
  await expect(other.messages).toHaveCount(2)
  await other.ask('Said in the second tab')
  await other.newChat()
  await other.ask('A thread of the second tab')
  // A headless page is always in front.
  await page.evaluate(() => window.dispatchEvent(new Event('focus')))
  await expect(chat.questions).toHaveText([/first tab/, /second tab/])
  await expect(chat.threadRow('A thread of the second tab')).toBeVisible()
  await chat.ask('Said on top of it')
  await expect(chat.questions).toHaveCount(3)

  await other.pick('A thread of the second tab', 'Delete')
  await other.button('Delete', tab.getByRole('alertdialog')).click()
  await expect(other.threadRow('A thread of the second tab')).toHaveCount(0)
  await expect(async () => {
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await expect(chat.threadRow('A thread of the second tab')).toHaveCount(0, { timeout: 1_000 })
  }).toPass()
  await tab.close()
})

test('a second tab shows the running reply, and stops it for both', async ({ chat, page }) => {
  await chat.open()
  await chat.send('Say 60 words slowly')
  await chat.replying('A stream is')
  const tab = await page.context().newPage()
  await tab.goto(page.url())
  const other = new ChatPage(tab)
  await other.replying('A stream is')
  await other.button('Stop').click()
  for (const each of [chat, other]) {
    await expect(each.lastReply).toContainText('Stopped')
    await expect(each.button('Send')).toBeVisible()
  }
  await tab.close()
})

test('back and forward walk through the threads', async ({ chat, page }) => {
  await chat.open()
  await chat.ask('Monday rain')
  const monday = chat.threadId
  await chat.newChat()
  await chat.ask('Tuesday sun')
  const tuesday = chat.threadId
  await page.goBack()
  await expect(page).toHaveURL(`/t/${monday}`)
  await expect(chat.questions).toHaveText([/Monday rain/])
  await page.goForward()
  await expect(page).toHaveURL(`/t/${tuesday}`)
  await expect(chat.questions).toHaveText([/Tuesday sun/])
})

test('a page of the list that does not come says why, and is asked for again when one wants it', async ({
  chat,
  page,
  request,
  startServer,
}) => {
  const { url } = await startServer()
  for (let number = 0; number < 60; number++)
    await request.post(`${url}/api/threads`, { data: { title: `Number ${number}` } })
  let asked = 0
  const nextPage = /\/api\/threads\?.*after=/
  await page.route(nextPage, (route) => {
    asked++
    const problem = {
      type: 'about:blank',
      code: 'shutting_down',
      title: 'Away',
      detail: 'Back in a minute.',
      status: 503,
    }
    return route.fulfill({ status: 503, contentType: 'application/problem+json', json: problem })
  })
  await chat.open(url)
  const alert = chat.sidebar.getByRole('alert')
  await chat.threadRow('Number 10').scrollIntoViewIfNeeded()
  await expect(alert).toContainText('Back in a minute.')
  await page.waitForTimeout(500)
  expect(asked).toBe(1)
  await page.unroute(nextPage)
  await chat.button('Try again', alert).click()
  await expect(chat.sidebar.getByRole('link')).toHaveCount(60)
})

test('the list goes on by itself to its end', async ({ chat, page, request, startServer }) => {
  const { url } = await startServer()
  for (let number = 0; number < 160; number++)
    await request.post(`${url}/api/threads`, { data: { title: `Number ${number}` } })
  // The answers wait, so that the end is in sight while the page after it comes.
  await page.route(/after=/, async (route) => {
    await expect(chat.button('Loading…')).toHaveAttribute('aria-busy', 'true')
    await route.continue()
  })
  await chat.open(url)
  const rows = chat.sidebar.getByRole('link')
  await expect(async () => {
    await rows.last().scrollIntoViewIfNeeded()
    await expect(rows).toHaveCount(160, { timeout: 200 })
  }).toPass()
  await expect(chat.button('Show more')).toHaveCount(0)
})

test('what was loaded before something was said does not take it away', async ({ chat, page }) => {
  await chat.open()
  await chat.ask('Said long ago')
  const { threadId } = chat
  await chat.newChat()
  let asked = 0
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route('**/messages', async (route) => {
    const response = await route.fetch()
    if (asked++ === 0) await held
    await route.fulfill({ response })
  })
  await chat.openThread(threadId)
  await chat.send('Say 60 words slowly')
  await chat.replying()
  await chat.button('Stop').click()
  await expect.poll(() => asked).toBe(2)
  release()
  await expect(chat.lastReply).toContainText('Stopped')
  await expect(chat.questions).toHaveText([/Said long ago/, /60 words slowly/])
})

test('an address of a thread that does not exist says so', async ({ chat, page }) => {
  await page.goto('/t/no-such-thread')
  await expect(page.getByRole('alert').filter({ hasText: 'does not exist' })).toBeVisible()
  await chat.button('Start a new chat').click()
  await expect(page).toHaveURL(/\/$/)
  await chat.ask('Hello')
})

test('a thread is renamed for good', async ({ chat, page, server }) => {
  await chat.open()
  await chat.ask('Name me wrongly')
  await chat.pick('Name me wrongly', 'Rename')
  const title = page.getByRole('textbox', { name: 'Title' })
  await expect(title).toHaveValue('Name me wrongly')
  await title.fill('Named by hand')
  await title.press('Enter')
  await expect(chat.threadRow('Named by hand')).toBeVisible()
  await page.reload()
  await expect(chat.threadRow('Named by hand')).toBeVisible()
  await expect(chat.threadRow('Name me wrongly')).toHaveCount(0)
  const thread = (await server.threads()).find(({ id }) => id === chat.threadId)
  expect(thread?.title).toBe('Named by hand')
})

test('Escape leaves a title as it was', async ({ chat, page }) => {
  await chat.open()
  await chat.ask('Keep this title')
  await chat.pick('Keep this title', 'Rename')
  await page.getByRole('textbox', { name: 'Title' }).fill('Another title')
  await page.keyboard.press('Escape')
  await expect(chat.threadRow('Keep this title')).toBeVisible()
  await expect(chat.threadRow('Another title')).toHaveCount(0)
})

test('a thread that is deleted leaves the open one as it is', async ({ chat, page, request }) => {
  await request.post('/api/threads', { data: { title: 'Beside it' } })
  await chat.open()
  await chat.ask('Stay with me')
  await chat.pick('Beside it', 'Delete')
  await chat.button('Delete', page.getByRole('alertdialog')).click()
  await expect(chat.threadRow('Beside it')).toHaveCount(0)
  await expect(chat.questions).toHaveText([/Stay with me/])
  await expect(chat.composer).toBeEditable()
})

test('a deleted thread is gone, after it was asked whether it may', async ({
  chat,
  page,
  server,
}) => {
  await chat.open()
  await chat.ask('Throw me away')
  const { threadId } = chat
  await chat.pick('Throw me away', 'Delete')
  const dialog = page.getByRole('alertdialog')
  await chat.button('Cancel', dialog).click()
  await expect(chat.threadRow('Throw me away')).toBeVisible()
  await chat.pick('Throw me away', 'Delete')
  await chat.button('Delete', dialog).click()
  await expect(chat.threadRow('Throw me away')).toHaveCount(0)
  await expect(chat.messages).toHaveCount(0)
  await expect
    .poll(async () => (await server.threads()).map(({ id }) => id))
    .not.toContain(threadId)
  await page.goto(`/t/${threadId}`)
  await expect(page.getByRole('alert').filter({ hasText: 'does not exist' })).toBeVisible()
})
