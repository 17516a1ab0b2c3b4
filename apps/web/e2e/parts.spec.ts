import { startModelServer } from './support/model-server.ts'
import { expect, test } from './support/test.ts'

test('thinking is open while it comes, unless one folds it, and folded after it', async ({
  chat,
}) => {
  await chat.open()
  await chat.send('Think aloud, slowly')
  const thinking = chat.button('Thinking', chat.lastReply)
  await expect(thinking).toHaveAttribute('aria-expanded', 'true')
  await expect(chat.lastReply).toContainText('The question asks')
  await thinking.click()
  await expect(thinking).toHaveAttribute('aria-expanded', 'false')
  await chat.button('Stop').click()
  await chat.ask('Think aloud')
  const thought = chat.button('Thought', chat.lastReply)
  await expect(thought).toHaveAttribute('aria-expanded', 'false')
  await thought.click()
  await expect(chat.lastReply).toContainText('The question asks')
})

test('a task that is done can be told from one that is not', async ({ chat }) => {
  await chat.open()
  await chat.ask('- [x] Done\n- [ ] Not yet\n- [A link](https://example.org)')
  const link = chat.lastReply.getByRole('link', { name: 'A link' })
  const accent = await link.evaluate((element) => getComputedStyle(element).color)
  const done = chat.lastReply.getByRole('checkbox', { name: 'Done', exact: true })
  await expect(done).toHaveCSS('background-color', accent)
  const open = chat.lastReply.getByRole('checkbox', { name: 'Not yet' })
  await expect(open).toHaveCSS('background-color', 'rgba(0, 0, 0, 0)')
  await expect(done).toBeDisabled()
})

test('the pages that a reply rests on are a list of links behind it', async ({
  chat,
  startServer,
}) => {
  const models = await startModelServer(['small'], {
    annotations: ['https://www.example.org/a', 'https://example.com/'].map((url, at) => ({
      type: 'url_citation',
      url_citation: { url, ...(at === 0 && { title: 'The first page' }) },
    })),
  })
  try {
    const server = await startServer({
      UPSTREAM: 'openai-compatible',
      OPENAI_BASE_URL: models.url,
    })
    await chat.open(server.url)
    await chat.ask('Who says so?')
    const links = chat.lastReply.getByRole('list', { name: 'Sources' }).getByRole('link')
    await expect(links).toHaveText(['The first page', 'example.com'])
    await expect(links.first()).toHaveAttribute('href', 'https://www.example.org/a')
    // Side by side.
    const [first, second] = await Promise.all([
      links.nth(0).boundingBox(),
      links.nth(1).boundingBox(),
    ])
    expect(first?.y).toBe(second?.y)
  } finally {
    await models.stop()
  }
})

test('no address that a model gives runs as a script', async ({ chat, page }) => {
  const url = 'javascript:document.title="run"'
  const chunks = [
    { type: 'start', messageId: 'r' },
    { type: 'source-url', sourceId: 's', url, title: 'A source' },
    { type: 'file', url, mediaType: 'text/plain' },
    { type: 'text-start', id: 't' },
    { type: 'text-delta', id: 't', delta: `[A link](${url})` },
    { type: 'text-end', id: 't' },
    { type: 'finish' },
  ]
  // The demo model has neither sources nor files.
  await page.route('**/api/chat', (route) =>
    route.fulfill({
      contentType: 'text/event-stream',
      body: chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join(''),
    }),
  )
  await chat.open()
  await chat.send('Where is that from?')
  for (const name of ['A source', 'text/plain', 'A link'])
    await expect(chat.lastReply.getByText(name, { exact: true })).toBeVisible()
  await expect(chat.lastReply.locator('[href^="javascript"]')).toHaveCount(0)
})
