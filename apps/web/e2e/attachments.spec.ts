import type { Page } from '@playwright/test'
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
    await expect
      .poll(() => image.evaluate((element) => (element as HTMLImageElement).naturalWidth))
      .toBe(1)
    await expect(chat.questions.getByRole('link', { name: 'more.md' })).toBeVisible()
    await page.reload()
  }
  const [question] = await server.messages(chat.threadId)
  expect(question?.parts.map(({ type }) => type)).toEqual(['text', 'file', 'file'])
})

test('a file that the server does not take is named, with the reason', async ({ chat, page }) => {
  await chat.open()
  await attach(page, { name: 'page.html', mimeType: 'text/html', buffer: Buffer.from('<p>') })
  await expect(page.getByText('page.html was not attached')).toBeVisible()
  await expect(page.getByText('Files may be of these types')).toBeVisible()
  await chat.button('Remove page.html').click()
  await chat.ask('Then without it')
  await expect(chat.lastReply).toContainText('Then without it')
})

test('how far a file has come is shown while it is on its way', async ({ chat, page }) => {
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
  // Said before it is there: it goes along all the same.
  await chat.composer.fill('What is it?')
  await chat.button('Send').click()
  release()
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

async function attach(page: Page, file: typeof cat): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Attach a file' }).click(),
  ])
  await chooser.setFiles(file)
}

/** As a browser hands over what is pasted, or dropped. */
function hand(page: Page, event: 'paste' | 'drop', name: string, type: string): Promise<void> {
  return page.getByRole('textbox', { name: 'Message', exact: true }).evaluate(
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
