import { startModelServer } from './support/model-server.ts'
import { expect, test } from './support/test.ts'

test('the model that is chosen answers, also after a reload', async ({
  chat,
  page,
  startServer,
}) => {
  const models = await startModelServer(['small', 'large'])
  try {
    const server = await startServer({
      UPSTREAM: 'openai-compatible',
      OPENAI_BASE_URL: models.url,
      OPENAI_MODEL: 'small',
    })
    await chat.open(server.url)
    await chat.ask('Who are you?')
    await expect(chat.lastReply).toContainText('I am small.')
    await page.getByRole('button', { name: 'Model: small' }).click()
    await page.getByRole('menuitemradio', { name: 'large' }).click()
    await chat.ask('And now?')
    await expect(chat.lastReply).toContainText('I am large.')
    await page.reload()
    await expect(page.getByRole('button', { name: 'Model: large' })).toBeVisible()
    await expect(chat.replies).toHaveCount(2)
    await chat.ask('Still?')
    await expect(chat.lastReply).toContainText('I am large.')
  } finally {
    await models.stop()
  }
})

test('there is no choice where there is one model', async ({ chat, page }) => {
  await chat.open()
  await expect(page.getByRole('button', { name: 'Demo model', exact: true })).toBeVisible()
  await expect(page.getByRole('button', { name: /^Model:/ })).toHaveCount(0)
})

test('a model that is no longer offered is given up', async ({ chat, page, startServer }) => {
  const models = await startModelServer(['small', 'large'])
  try {
    const server = await startServer({
      UPSTREAM: 'openai-compatible',
      OPENAI_BASE_URL: models.url,
      OPENAI_MODEL: 'small',
    })
    await page.addInitScript(() => localStorage.setItem('model', 'retired'))
    await chat.open(server.url)
    await expect(page.getByRole('button', { name: 'Model: small' })).toBeVisible()
    await chat.ask('Who are you?')
    await expect(chat.lastReply).toContainText('I am small.')
  } finally {
    await models.stop()
  }
})
