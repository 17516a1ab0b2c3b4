import type { Locator } from '@playwright/test'
import { expect, test } from './support/test.ts'

const boxOf = async (element: Locator) => {
  const box = await element.boundingBox()
  if (box === null) throw new Error(`${String(element)} is not shown.`)
  return box
}

test('a title keeps clear of the button of a menu that is open', async ({
  chat,
  page,
  request,
}) => {
  const title = 'A conversation whose title is too long for the list that it stands in'
  await request.post('/api/threads', { data: { title } })
  await chat.open()
  await chat.threadRow(title).hover()
  await chat.button(`Options for ${title}`, chat.sidebar).click()
  await expect(page.getByRole('menu')).toBeVisible()
  // By what they are: roles are those of the menu alone while it is open.
  const words = await boxOf(page.locator('nav').getByText(title))
  const button = await boxOf(page.locator('nav [aria-expanded="true"]'))
  expect(words.x + words.width).toBeLessThanOrEqual(button.x)
})

test('what tells that more is loaded stands in line with the titles', async ({
  chat,
  page,
  request,
  startServer,
}) => {
  const { url } = await startServer()
  for (let number = 0; number < 60; number++)
    await request.post(`${url}/api/threads`, { data: { title: `Number ${number}` } })
  await page.route(/after=/, () => undefined)
  await chat.open(url)
  await chat.threadRow('Number 10').scrollIntoViewIfNeeded()
  const loading = chat.button('Loading…')
  await expect(loading).toBeVisible()
  const start = (element: Locator) =>
    element.evaluate((node) => {
      const range = document.createRange()
      range.selectNodeContents(node)
      return range.getBoundingClientRect().x
    })
  expect(await start(loading)).toBe(await start(chat.sidebar.getByText('Number 59')))
})

test('what was attached to a message stands apart from its words and from each other', async ({
  chat,
  page,
}) => {
  await chat.open()
  for (const name of ['a.txt', 'b.txt']) {
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      chat.button('Attach a file').click(),
    ])
    await chooser.setFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(name) })
    await expect(chat.button(`Remove ${name}`)).toBeVisible()
  }
  await expect(chat.button('Send')).toBeEnabled()
  await chat.ask('Look at these,\nplease')
  const boxes = await chat.questions.evaluate((question) => {
    const bubble = question.firstElementChild
    const words = document.createRange()
    if (bubble?.firstChild) words.selectNode(bubble.firstChild)
    return [words, ...(bubble?.querySelectorAll('a') ?? [])].map((element) => {
      const { top, bottom, left } = element.getBoundingClientRect()
      return { top, bottom, left }
    })
  })
  expect(boxes).toHaveLength(3)
  for (const [index, { top, left }] of boxes.slice(1).entries()) {
    expect(top - (boxes[index]?.bottom ?? 0)).toBeGreaterThanOrEqual(8)
    expect(left).toBe(boxes[0]?.left)
  }
})
