import { expect, test } from './support/test.ts'

test('the focus stays near when a row leaves the list, and comes back from a dialog', async ({
  chat,
  page,
  request,
  startServer,
}) => {
  const { url } = await startServer()
  for (const title of ['Last', 'Third', 'Second', 'First'])
    await request.post(`${url}/api/threads`, { data: { title } })
  await chat.open(url)
  const dialog = page.getByRole('alertdialog')
  await chat.pick('First', 'Delete')
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  await expect(chat.button('Options for First')).toBeFocused()
  await chat.pick('First', 'Delete')
  await chat.button('Delete', dialog).click()
  await expect(chat.threadRow('Second')).toBeFocused()
  await chat.pick('Second', 'Archive')
  await expect(chat.threadRow('Third')).toBeFocused()
  await chat.pick('Last', 'Archive')
  await expect(chat.button('New chat')).toBeFocused()
})

test('the focus goes to the new chat that comes in the place of the open thread', async ({
  chat,
  page,
  request,
}) => {
  await request.post('/api/threads', { data: { title: 'Beside them' } })
  for (const [title, item] of [
    ['To be put away', 'Archive'],
    ['To be deleted', 'Delete'],
  ] as const) {
    await chat.open()
    await chat.ask(title)
    await chat.pick(title, item)
    if (item === 'Delete') await chat.button('Delete', page.getByRole('alertdialog')).click()
    await expect(chat.messages).toHaveCount(0)
    await expect(chat.composer).toBeFocused()
  }
})

test('the focus goes to the text box when what had it is gone', async ({ chat, page }) => {
  await chat.open()
  await chat.ask('Hello')

  // Stop, pressed or no longer needed.
  for (const isPressed of [true, false]) {
    await chat.send('Say 8 words slowly')
    await expect(chat.button('Stop')).toBeVisible()
    await chat.button('Stop').focus()
    if (isPressed) await page.keyboard.press('Enter')
    await chat.replied()
    await expect(chat.composer).toBeFocused()
  }

  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    chat.button('Attach a file').click(),
  ])
  await chooser.setFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') })
  await chat.button('Remove a.txt').click()
  await expect(chat.composer).toBeFocused()

  const field = page.getByRole('textbox', { name: 'Search conversations' })
  await field.fill('hello')
  await chat.button('Clear search').click()
  await expect(field).toBeFocused()

  await page.route('**/messages', (route) => route.abort())
  await page.reload()
  const again = chat.button('Try again', page.locator('main'))
  await expect(again).toBeVisible()
  await page.unroute('**/messages')
  await again.click()
  await expect(chat.composer).toBeFocused()
})

test('the focus comes back to Edit, and stays at the last version', async ({ chat, page }) => {
  await chat.open()
  await chat.ask('Hello')
  await chat.button('Edit').click()
  await chat.button('Cancel').click()
  await expect(chat.button('Edit')).toBeFocused()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await expect(chat.button('Edit')).toBeFocused()

  await chat.button('Regenerate', chat.lastReply).click()
  const versions = chat.lastReply.getByRole('group', { name: 'Versions' })
  await expect(versions).toContainText('2/2')
  await chat.replied()
  await chat.button('Previous', versions).focus()
  await page.keyboard.press('Enter')
  await expect(versions).toContainText('1/2')
  await expect(chat.button('Previous', versions)).toBeFocused()
  await expect(chat.button('Previous', versions)).toHaveAttribute('aria-disabled', 'true')
})
