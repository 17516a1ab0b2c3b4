import { ChatPage } from './support/chat-page.ts'
import { expect, test } from './support/test.ts'

test('files that were brought are there after a reload, with the draft', async ({
  chat,
  page,
  server,
}) => {
  await chat.open()
  await chat.composer.fill('About this')
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    chat.button('Attach a file').click(),
  ])
  await chooser.setFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') })
  await expect(chat.button('Send')).toBeEnabled()
  await page.reload()
  await expect(page.getByRole('list', { name: 'Attachments' })).toHaveText('a.txt')
  await chat.button('Send').click()
  await chat.replied()
  const [question] = await server.messages(chat.threadId)
  expect(question?.parts).toMatchObject([
    { type: 'text', text: 'About this' },
    { type: 'file', filename: 'a.txt', url: expect.stringContaining('/v1/files/') },
  ])
  await page.reload()
  await expect(chat.questions).toHaveCount(1)
  await expect(page.getByRole('list', { name: 'Attachments' })).toHaveCount(0)
})

test('each tab has a new chat of its own', async ({ chat, page }) => {
  await chat.open()
  await chat.composer.fill('In the first tab')
  const tab = await page.context().newPage()
  const other = new ChatPage(tab)
  await other.open(page.url())
  await expect(other.composer).toHaveValue('')
  await other.composer.fill('In the second tab')
  await page.reload()
  await expect(chat.composer).toHaveValue('In the first tab')
  await tab.close()
})

for (const id of ['new', 'files'])
  test(`a new chat and a thread that is called ${id} have drafts of their own`, async ({
    chat,
    page,
    request,
  }) => {
    const data = { id, messages: [{ role: 'user', content: `Called ${id}` }] }
    await request.post('/api/chat', { data })
    await chat.open()
    await chat.composer.fill('To begin with')
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      chat.button('Attach a file').click(),
    ])
    await chooser.setFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') })
    await expect(chat.button('Send')).toBeEnabled()
    await chat.openThread(id)
    await expect(chat.composer).toHaveValue('')
    await chat.composer.fill('To go on with')
    await chat.newChat()
    await expect(chat.composer).toHaveValue('To begin with')
    await expect(page.getByRole('list', { name: 'Attachments' })).toHaveText('a.txt')
  })

test('a new chat that was not sent is found in the list, and sent', async ({ chat, page }) => {
  await chat.open()
  await page.route('**/api/chat', (route) => route.fulfill({ status: 403, body: '' }))
  await chat.send('Nobody heard this')
  await expect(chat.lastReply.getByRole('alert')).toBeVisible()
  await page.unroute('**/api/chat')
  await page.goto('/')
  await chat.threadRow('Nobody heard this (not sent)').click()
  await expect(chat.questions).toHaveText([/Nobody heard this/])
  await expect(chat.threadRow('Nobody heard this (not sent)')).toBeVisible()
  await chat.button('Retry', chat.lastReply).click()
  await chat.replied()
  await expect(chat.threadRow('Nobody heard this (not sent)')).toHaveCount(0)
  await expect(chat.threadRow('Nobody heard this')).toBeVisible()
})

test('what was written in a thread is there until it is deleted, and no longer', async ({
  chat,
  page,
}) => {
  await chat.open()
  await chat.ask('To be deleted')
  const { threadId } = chat
  await page.route('**/api/chat', (route) => route.fulfill({ status: 403, body: '' }))
  await chat.send('Nobody heard this')
  await expect(chat.lastReply.getByRole('alert')).toBeVisible()
  await chat.composer.fill('Half a thought')
  const remove = async () => {
    await chat.pick('To be deleted', 'Delete')
    await chat.button('Delete', page.getByRole('alertdialog')).click()
    await expect(chat.messages).toHaveCount(0)
  }
  const thread = `**/api/threads/${threadId}`
  await page.route(thread, (route) => route.abort())
  await remove()
  await expect(page.getByText('The server cannot be reached').first()).toBeVisible()
  await page.unroute(thread)
  await page.goto(`/t/${threadId}`)
  await expect(chat.questions).toHaveText([/To be deleted/, /Nobody heard this/])
  await expect(chat.composer).toHaveValue('Half a thought')

  await remove()
  const left = () =>
    page.evaluate((id) => Object.keys(localStorage).filter((key) => key.includes(id)), threadId)
  await expect.poll(left).toEqual([])
})

test('the browser asks before a page is left with an edit that is not saved', async ({
  chat,
  page,
}) => {
  await chat.open()
  await chat.ask('Hello')
  const asked: string[] = []
  page.on('dialog', async (dialog) => {
    asked.push(dialog.type())
    await dialog.dismiss()
  })
  await chat.button('Edit').click()
  const box = page.getByRole('textbox', { name: 'Edit message' })
  await box.press('End')
  await page.reload()
  expect(asked).toEqual([])
  await chat.button('Edit').click()
  await box.fill('Hello, at length')
  await page.close({ runBeforeUnload: true })
  await expect.poll(() => asked).toEqual(['beforeunload'])
  await expect(box).toHaveValue('Hello, at length')
  await chat.button('Save').click()
  await chat.replied()
  await page.reload()
  await expect(chat.questions).toHaveText([/Hello, at length/])
  expect(asked).toHaveLength(1)
})

test('a file that has come while another thread was looked at is there with its draft', async ({
  chat,
  page,
}) => {
  await chat.open()
  await chat.ask('About a file')
  const { threadId } = chat
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route('**/v1/files/*', async (route) => {
    await held
    await route.continue()
  })
  const attached = page.getByRole('list', { name: 'Attachments' })
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    chat.button('Attach a file').click(),
  ])
  await chooser.setFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') })
  await expect(page.getByRole('progressbar')).toBeVisible()
  await chat.newChat()
  const brought = page.waitForResponse((response) => response.request().method() === 'PUT')
  release()
  await brought
  await chat.ask('About something else')
  await page.reload()
  await chat.openThread(threadId)
  await expect(attached).toHaveText('a.txt')
  await expect(chat.button('Send')).toBeEnabled()
})

test('no tab takes away what is written in another, and what is sent in one is not left in others', async ({
  chat,
  page,
}) => {
  await chat.open()
  await chat.ask('In several tabs')
  const { threadId } = chat
  const second = new ChatPage(await page.context().newPage())
  const third = new ChatPage(await page.context().newPage())
  await second.open(page.url())
  await chat.composer.fill('In the first tab')
  await second.composer.fill('In the second tab')
  await third.open(page.url())
  await expect(third.composer).toHaveValue('In the second tab')
  await page.reload()
  await expect(chat.composer).toHaveValue('In the first tab')
  await second.button('Send').click()
  await second.replied()
  await third.page.reload()
  await expect(third.questions).toHaveText([/In several tabs/, /In the second tab/])
  await expect(third.composer).toHaveValue('')
  await page.reload()
  await expect(chat.composer).toHaveValue('In the first tab')

  // A thread that is deleted leaves nothing behind.
  await chat.pick('In several tabs', 'Delete')
  await chat.button('Delete', page.getByRole('alertdialog')).click()
  await expect(chat.messages).toHaveCount(0)
  const left = () =>
    page.evaluate(
      (id) =>
        [localStorage, sessionStorage].flatMap((area) =>
          Object.keys(area).filter((key) => key.includes(id)),
        ),
      threadId,
    )
  await expect.poll(left).toEqual([])
})
