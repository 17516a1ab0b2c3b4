import { squeeze } from './support/chat-page.ts'
import { repliesIn, textOf } from './support/stored.ts'
import { expect, test } from './support/test.ts'

test('stop keeps what has come, also after a reload', async ({ chat, page, server }) => {
  await chat.open()
  await chat.send('Say 30 words slowly')
  await chat.replying('A stream is')
  await chat.button('Stop').click()
  await expect(chat.lastReply).toContainText('Stopped')
  await expect(chat.button('Send')).toBeVisible()
  await expect
    .poll(async () => repliesIn(await server.messages(chat.threadId))[0]?.status)
    .toBe('stopped')
  const stored = squeeze(textOf(repliesIn(await server.messages(chat.threadId))[0]))
  expect(stored).toMatch(/^A stream is/)
  await page.reload()
  await expect(chat.lastReply).toContainText(stored)
  await expect(chat.lastReply).toContainText('Stopped')
  await chat.ask('Go on')
  await expect(chat.lastReply).toContainText('Go on')
})

test("an error in mid-stream shows the problem's words and keeps what has come", async ({
  chat,
  page,
  server,
}) => {
  await chat.open()
  await chat.ask('Say 20 words, then an error')
  const alert = chat.lastReply.getByRole('alert')
  await expect(alert).toContainText('The upstream answered with an error')
  await expect(alert).toContainText('The demo model broke off in mid-reply, as you asked.')
  await expect(chat.lastReply).toContainText('A stream is a promise')
  await page.reload()
  await expect(alert).toContainText('The demo model broke off in mid-reply, as you asked.')
  await expect(chat.lastReply).toContainText('A stream is a promise')

  await chat.button('Retry', chat.lastReply).click()
  await expect
    .poll(async () => repliesIn(await server.messages(chat.threadId)).map(({ status }) => status))
    .toEqual(['failed', 'failed'])
  await chat.ask('Never mind')
  await expect(chat.lastReply).toContainText('Never mind')
})

test('a message that the server refuses is shown with its words, and retried', async ({
  chat,
  page,
  server,
}) => {
  await chat.open()
  const problem = { title: 'Too busy', detail: 'Come back in a minute.', code: 'shutting_down' }
  const answer = { type: 'about:blank', status: 503, ...problem }
  await page.route('**/api/chat', (route) =>
    route.fulfill({ status: 503, contentType: 'application/problem+json', json: answer }),
  )
  await chat.send('Are you there?')
  await expect(chat.lastReply.getByRole('alert')).toContainText('Come back in a minute.')
  await page.unroute('**/api/chat')
  await chat.button('Retry', chat.lastReply).click()
  await expect(chat.lastReply).toContainText('I am the demo model')
  await chat.replied()
  await expect(chat.messages).toHaveCount(2)
  expect(await server.messages(chat.threadId)).toHaveLength(2)
})

test('a server that is killed and comes back loses neither the draft nor what was said', async ({
  chat,
  page,
  startServer,
}) => {
  const server = await startServer()
  await chat.open(server.url)
  await chat.ask('Hello')
  await chat.send('Say 30 words slowly')
  await chat.replying('A stream is')
  const reconnecting = page.getByRole('status').filter({ hasText: 'Reconnecting' })
  await server.kill()
  await expect(reconnecting).toBeVisible()
  await expect(chat.lastReply).toContainText('A stream is')
  await server.restart()
  await expect(chat.lastReply.getByRole('alert')).toContainText('stopped in the middle')
  await expect(reconnecting).toHaveCount(0)

  // Said while nobody listens: it is sent when somebody does.
  await server.kill()
  await chat.send('Is anybody there?')
  await expect(reconnecting).toBeVisible()
  await chat.composer.fill('A draft that matters')
  await server.restart()
  await expect(chat.lastReply).toContainText('Is anybody there?')
  await chat.replied()
  await expect(chat.composer).toHaveValue('A draft that matters')

  await page.reload()
  await expect(chat.questions).toHaveText([/Hello/, /30 words slowly/, /Is anybody there/])
  await expect(chat.composer).toHaveValue('A draft that matters')
  await expect(chat.replies.nth(1).getByRole('alert')).toContainText('stopped in the middle')
  const replies = repliesIn(await server.messages(chat.threadId))
  expect(replies.map(({ status }) => status)).toEqual(['complete', 'failed', 'complete'])
  // Storage may be 250 ms behind, which is less than one slow word.
  expect(textOf(replies[1])).toMatch(/^A stream/)
})

test('a browser that takes itself for offline asks the server all the same', async ({
  chat,
  page,
}) => {
  await chat.open()
  await chat.ask('Where do cormorants dive?')
  await page.evaluate(() => window.dispatchEvent(new Event('offline')))
  await page.getByRole('textbox', { name: 'Search conversations' }).fill('cormorants')
  await expect(page.getByRole('list', { name: 'Found' }).getByRole('link')).toHaveCount(1)
})

test('a reply is shown plainly where what formats it does not come', async ({ chat, page }) => {
  await page.route('**/assets/markdown-*.js', (route) => route.abort())
  await chat.open()
  await chat.ask('Show me a table and some code')
  await expect(chat.lastReply).toContainText('```')
  await expect(chat.composer).toBeEditable()
})

test('a page that fails says so, and keeps the draft', async ({ chat, page }) => {
  await chat.open()
  await chat.ask('Hello')
  await chat.composer.fill('Half a thought')
  // No server of this product sends it; a page that is older than its server may get the like.
  await page.route('**/messages', (route) => route.fulfill({ json: [{ id: 'm', parts: null }] }))
  await page.reload()
  const failure = page.getByRole('alert').filter({ hasText: 'Something went wrong' })
  await expect(failure).toBeVisible()
  await expect(failure).toHaveCSS('text-align', 'center')
  await page.unroute('**/messages')
  await chat.button('Reload').click()
  await expect(chat.composer).toHaveValue('Half a thought')
})

test('a banner says that the server is away, until it is back', async ({
  chat,
  page,
  startServer,
}) => {
  const server = await startServer()
  await chat.open(server.url)
  await chat.send('Say 30 words slowly')
  await chat.replying()
  await server.kill()
  const banner = page.getByRole('alert').filter({ hasText: 'Trying again' })
  await expect(banner).toContainText('The server cannot be reached')
  await server.restart()
  await expect(banner).toHaveCount(0)
})
