import type { Locator, Page } from '@playwright/test'
import { expect, test } from './support/test.ts'

const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
const cat = { name: 'cat.png', mimeType: 'image/png', buffer: png }

test('files are attached by button, paste and drop, and are there after a reload', async ({
  chat,
  page,
  server,
}) => {
  await chat.open()
  const attached = page.getByRole('list', { name: 'Attachments' }).getByRole('listitem')
  await attach(page, cat)
  await expect(attached).toHaveText(['cat.png'])
  await hand(page, 'paste', 'notes.txt', 'text/plain')
  await expect(attached).toHaveCount(2)
  await hand(page, 'drop', 'more.md', 'text/markdown')
  await expect(attached).toHaveText(['cat.png', 'notes.txt', 'more.md'])
  await chat.button('Remove notes.txt').click()
  await expect(attached).toHaveCount(2)

  await chat.ask('Look at these')
  await expect(attached).toHaveCount(0)
  for (const _ of ['now', 'after a reload']) {
    const image = chat.questions.getByRole('img', { name: 'cat.png' })
    await expect.poll(() => widthOf(image)).toBe(1)
    await expect(chat.questions.getByRole('link', { name: 'more.md' })).toBeVisible()
    await page.reload()
  }
  const [question] = await server.messages(chat.threadId)
  expect(question?.parts.map(({ type }) => type)).toEqual(['text', 'file', 'file'])

  // The same server under another address, from which a page may not show the first one's images.
  await page.goto(page.url().replace('127.0.0.1', 'localhost'))
  await expect.poll(() => widthOf(chat.questions.getByRole('img', { name: 'cat.png' }))).toBe(1)
})

test('a file that the server does not take is named, with the reason, and holds the message up', async ({
  chat,
  page,
  server,
}) => {
  await chat.open()
  await attach(page, cat)
  await attach(page, { name: 'page.html', mimeType: 'text/html', buffer: Buffer.from('<p>') })
  await expect(page.getByText('page.html was not attached')).toBeVisible()
  await expect(page.getByText('Files of these kinds can be attached').first()).toBeVisible()
  await chat.composer.fill('With both')
  await chat.composer.press('Enter')
  await expect(chat.button('Send')).toBeDisabled()
  await expect(page.getByRole('alert').filter({ hasText: 'Remove what failed' })).toBeVisible()
  await chat.button('Remove page.html').click()
  await expect(chat.composer).toHaveValue('With both')
  await chat.ask('Then without it')
  await expect(chat.lastReply).toContainText('Then without it')
  const [question] = await server.messages(chat.threadId)
  expect(question?.parts).toMatchObject([
    { type: 'text' },
    { type: 'file', url: expect.stringContaining('/v1/files/'), filename: 'cat.png' },
  ])

  // Where a message is edited, too.
  await chat.button('Edit', chat.questions).click()
  const attached = chat.questions.getByRole('list', { name: 'Attachments' }).getByRole('listitem')
  await expect(attached).toHaveText(['cat.png'])
  await hand(page, 'paste', 'page.html', 'text/html', 'Edit message')
  await expect(chat.button('Save')).toBeDisabled()
  await chat.button('Remove page.html').click()
  await chat.button('Save').click()
  await expect(chat.questions.getByRole('img', { name: 'cat.png' })).toBeVisible()
})

test('how far a file has come is shown, and the message and the page wait until it is there', async ({
  chat,
  page,
}) => {
  await chat.open()
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route('**/v1/files/*', async (route) => {
    await held
    await route.continue()
  })
  await attach(page, cat)
  const progress = page.getByRole('progressbar', { name: 'cat.png is being brought' })
  await expect(progress).toBeVisible()
  await chat.composer.fill('What is it?')
  await chat.composer.press('Enter')
  await expect(chat.button('Send')).toBeDisabled()
  await expect(chat.composer).toHaveValue('What is it?')
  const asked: string[] = []
  page.on('dialog', async (dialog) => {
    asked.push(dialog.type())
    await dialog.dismiss()
  })
  await page.close({ runBeforeUnload: true })
  await expect.poll(() => asked).toEqual(['beforeunload'])
  release()
  await expect(chat.button('Send')).toBeEnabled()
  await page.reload()
  expect(asked).toHaveLength(1)
  await chat.button('Send').click()
  await expect(chat.questions.getByRole('img', { name: 'cat.png' })).toBeVisible()
})

test('a reply is said to be good, or bad', async ({ chat, page }) => {
  await chat.open()
  await chat.ask('Hello')
  const good = chat.button('Good reply', chat.lastReply)
  const bad = chat.button('Bad reply', chat.lastReply)
  const told = page.waitForResponse((response) => response.url().endsWith('/feedback'))
  await good.click()
  expect((await told).status()).toBe(201)
  await expect(good).toHaveAttribute('aria-pressed', 'true')
  await bad.click()
  await expect(bad).toHaveAttribute('aria-pressed', 'true')
  await expect(good).toHaveAttribute('aria-pressed', 'false')
  await page.reload()
  await expect(bad).toHaveAttribute('aria-pressed', 'true')
})

test('what a server that keeps no threads itself cannot do is not offered', async ({
  chat,
  page,
  server,
  startServer,
}) => {
  const remote = { UPSTREAM: 'remote', THREADS: 'remote', ASSISTANT_UI_BASE_URL: server.url }
  const { url } = await startServer({ ...remote, DATABASE_URL: '' })
  await chat.open(url)
  await chat.ask('Hello')
  await expect(chat.button('Regenerate', chat.lastReply)).toBeVisible()
  await expect(chat.button('Good reply')).toHaveCount(0)
  await expect(chat.button('Attach a file')).toHaveCount(0)
  await expect(page.getByRole('textbox', { name: 'Search conversations' })).toHaveCount(0)
  await hand(page, 'paste', 'notes.txt', 'text/plain')
  await hand(page, 'drop', 'more.md', 'text/markdown')
  await expect(page.getByRole('list', { name: 'Attachments' })).toHaveCount(0)
})

function widthOf(image: Locator): Promise<number> {
  return image.evaluate((element) => (element as HTMLImageElement).naturalWidth)
}

async function attach(page: Page, file: typeof cat): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Attach a file' }).click(),
  ])
  await chooser.setFiles(file)
}

/** As a browser hands over what is pasted, or dropped. */
function hand(
  page: Page,
  event: 'paste' | 'drop',
  name: string,
  type: string,
  textbox = 'Message',
): Promise<void> {
  return page.getByRole('textbox', { name: textbox, exact: true }).evaluate(
    (box, given) => {
      const data = new DataTransfer()
      data.items.add(new File(['words'], given.name, { type: given.type }))
      const init = { bubbles: true, cancelable: true }
      box.dispatchEvent(
        given.event === 'paste'
          ? new ClipboardEvent('paste', { ...init, clipboardData: data })
          : new DragEvent('drop', { ...init, dataTransfer: data }),
      )
    },
    { event, name, type },
  )
}
