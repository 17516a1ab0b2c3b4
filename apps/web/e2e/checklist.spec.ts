import type { Readiness } from '@assistant-ui-proxy/contract'
import { squeeze } from './support/chat-page.ts'
import { repliesIn, textOf } from './support/stored.ts'
import { expect, test } from './support/test.ts'

// The original plan's checklist; its last line is in cross-origin.spec.ts.

test('the app starts without an error in the console', async ({ chat, page, request }) => {
  const errors: string[] = []
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  page.on('pageerror', (error) => errors.push(error.message))
  await chat.open()
  await expect(page).toHaveTitle('assistant-ui-proxy')
  await expect(chat.messages).toHaveCount(0)
  expect(await (await request.get('/health')).json()).toEqual({
    status: 'healthy',
    environment: 'production',
  })
  expect(errors).toEqual([])
})

test('the page connects to the server and says which model answers', async ({
  chat,
  page,
  request,
}) => {
  const readiness = (await (await request.get('/ready')).json()) as Readiness
  await chat.open()
  await expect(page.getByText('Demo model')).toBeVisible()
  await expect(page.getByText('cannot be reached')).toHaveCount(0)
  expect(readiness).toMatchObject({ status: 'ready', upstream: 'demo' })
})

test('a message gets its reply, and the next one follows it', async ({ chat, server }) => {
  await chat.open()
  await chat.ask('Hello')
  await expect(chat.lastReply).toContainText('I am the demo model of assistant-ui-proxy')
  await expect(chat.lastReply.locator('strong').first()).toHaveText('demo model')
  await chat.ask('Is the moon made of cheese?')
  await expect(chat.lastReply).toContainText('Is the moon made of cheese?')
  const stored = await server.messages(chat.threadId)
  expect(stored.map(({ role, status }) => `${role} ${status}`)).toEqual([
    'user complete',
    'assistant complete',
    'user complete',
    'assistant complete',
  ])
  expect(stored.map(({ parent_id }) => parent_id)).toEqual([
    null,
    ...stored.slice(0, 3).map(({ id }) => id),
  ])
})

test('a reply shows tables and highlighted code, and its reasoning apart', async ({ chat }) => {
  await chat.open()
  await chat.ask('Show me a table and some code')
  await expect(chat.lastReply.getByRole('table').getByRole('row')).toHaveCount(5)
  await expect(chat.lastReply.locator('pre code span').first()).toBeVisible()
  await chat.ask('Think aloud about cheese')
  await expect(chat.lastReply.getByRole('button', { name: /reason|thought|think/i })).toBeVisible()
})

test('the first message makes a thread with an address and a title', async ({ chat, server }) => {
  await chat.open()
  await expect(chat.page).toHaveURL(/\/$/)
  await chat.ask('Tell me about lighthouses')
  expect(chat.threadId).not.toBe('')
  await expect(chat.threadRow('Tell me about lighthouses')).toHaveAttribute('aria-current', 'page')
  await expect(chat.page).toHaveTitle(/Tell me about lighthouses/)
  const thread = (await server.threads()).find(({ id }) => id === chat.threadId)
  expect(thread).toMatchObject({ title: 'Tell me about lighthouses', is_archived: false })
})

test('a click on a thread shows its messages', async ({ chat }) => {
  await chat.open()
  await chat.ask('First about apples')
  const apples = chat.threadId
  await chat.newChat()
  await chat.ask('Then about pears')
  const pears = chat.threadId
  expect(pears).not.toBe(apples)
  await chat.threadRow('First about apples').click()
  await expect(chat.page).toHaveURL(`/t/${apples}`)
  await expect(chat.questions).toHaveText([/First about apples/])
  await expect(chat.lastReply).toContainText('First about apples')
  await chat.threadRow('Then about pears').click()
  await expect(chat.page).toHaveURL(`/t/${pears}`)
  await expect(chat.questions).toHaveText([/Then about pears/])
})

test('both threads end whole when they are switched in mid-stream', async ({ chat, server }) => {
  test.slow()
  await chat.open()
  await chat.send('Say 40 words slowly')
  await chat.replying()
  const slow = chat.threadId
  await chat.newChat()
  await chat.send('Write 500 words')
  await chat.replying()
  const long = chat.threadId
  expect(long).not.toBe(slow)

  await chat.openThread(slow)
  await chat.replying()
  const before = await chat.textOf(chat.lastReply)
  await expect.poll(() => chat.textOf(chat.lastReply)).not.toBe(before)
  await chat.openThread(long)
  await chat.openThread(slow)
  await expect(chat.button('Stop')).toBeVisible()

  for (const [threadId, words] of [
    [slow, 40],
    [long, 500],
  ] as const) {
    await chat.openThread(threadId)
    await chat.replied()
    const stored = await server.messages(threadId)
    expect(stored.map(({ status }) => status)).toEqual(['complete', 'complete'])
    const text = squeeze(textOf(stored[1]))
    expect(text.split(' ')).toHaveLength(words)
    await expect(chat.replies).toHaveCount(1)
    expect(await chat.textOf(chat.lastReply)).toBe(text)
  }
})

test('the text grows several times before it is whole', async ({ chat, page, server }) => {
  await chat.open()
  await page.evaluate(recordLengths)
  await chat.ask('Write 1,000 words')
  const lengths = await page.evaluate(
    () => (globalThis as unknown as { lengths: number[] }).lengths,
  )
  const [stored] = repliesIn(await server.messages(chat.threadId))
  const text = squeeze(textOf(stored))
  expect(await chat.textOf(chat.lastReply)).toBe(text)
  expect(text.split(' ')).toHaveLength(1_000)
  const steps = lengths.filter((length, index) => length > (lengths[index - 1] ?? 0))
  expect(steps.length).toBeGreaterThan(10)
  expect(lengths).toEqual(lengths.toSorted((a, b) => a - b))
  expect(steps[0]).toBeLessThan(text.length / 4)
})

/** Notes ten times a second how long the last reply is, once it has words. */
function recordLengths() {
  const lengths: number[] = []
  Object.assign(globalThis, { lengths })
  setInterval(() => {
    const reply = [...document.querySelectorAll<HTMLElement>('[data-role="assistant"]')].at(-1)
    const text = reply?.innerText ?? ''
    if (text !== '' && text !== 'Waiting for the reply') lengths.push(text.length)
  }, 100)
}
