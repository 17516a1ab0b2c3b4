import type { ChatPage } from './support/chat-page.ts'
import { textOf } from './support/stored.ts'
import { expect, test } from './support/test.ts'

async function edit(chat: ChatPage, from: string, to: string): Promise<void> {
  const question = chat.questions.filter({ hasText: from })
  await question.hover()
  await chat.button('Edit', question).click()
  const box = chat.page.getByRole('textbox', { name: 'Edit message' })
  await expect(box).toHaveValue(from)
  await box.fill(to)
  await chat.button('Save').click()
  await expect(chat.questions.filter({ hasText: to })).toBeVisible()
  await chat.replied()
}

test('an edit makes a branch, and the picker walks both', async ({ chat, page, server }) => {
  await chat.open()
  await chat.ask('What is red?')
  await chat.ask('And what else?')
  await edit(chat, 'What is red?', 'What is blue?')
  await expect(chat.messages).toHaveCount(2)
  await expect(chat.lastReply).toContainText('What is blue?')

  const versions = chat.questions.first().getByRole('group', { name: 'Versions' })
  await expect(versions).toContainText('2/2')
  await chat.questions.first().hover()
  await chat.button('Previous', versions).click()
  await expect(chat.questions).toHaveText([/What is red\?/, /And what else\?/])
  await expect(versions).toContainText('1/2')
  await chat.button('Next', versions).click()
  await expect(chat.questions).toHaveText([/What is blue\?/])

  const stored = await server.messages(chat.threadId)
  expect(stored).toHaveLength(6)
  expect(stored.filter(({ parent_id }) => parent_id === null).map(textOf)).toEqual([
    'What is red?',
    'What is blue?',
  ])

  await page.reload()
  await expect(versions).toContainText('/2')
  await expect(chat.questions.first()).toContainText('What is blue?')
  await chat.questions.first().hover()
  await chat.button('Previous', versions).click()
  await expect(chat.questions).toHaveText([/What is red\?/, /And what else\?/])
})

test('regenerating adds a reply beside the others, and the picker walks them', async ({
  chat,
  page,
  server,
}) => {
  await chat.open()
  await chat.ask('Say 9 words')
  const versions = chat.lastReply.getByRole('group', { name: 'Versions' })
  for (const count of [2, 3]) {
    await chat.button('Regenerate', chat.lastReply).click()
    await expect(versions).toContainText(`${count}/${count}`)
    await chat.replied()
  }
  const stored = await server.messages(chat.threadId)
  const [question, ...replies] = stored
  expect(replies.map(({ parent_id, role, status }) => ({ parent_id, role, status }))).toEqual(
    Array.from({ length: 3 }, () => ({
      parent_id: question?.id,
      role: 'assistant',
      status: 'complete',
    })),
  )

  await page.reload()
  await expect(versions).toContainText('3/3')
  await chat.button('Previous', versions).click()
  await expect(versions).toContainText('2/3')
  await chat.button('Previous', versions).click()
  await expect(versions).toContainText('1/3')
  await expect(chat.button('Previous', versions)).toBeDisabled()
  await chat.ask('Go on from the first')
  const [, first] = stored
  const next = (await server.messages(chat.threadId)).find(
    (message) => textOf(message) === 'Go on from the first',
  )
  expect(next?.parent_id).toBe(first?.id)
})
