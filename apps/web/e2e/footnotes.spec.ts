import { expect, test } from './support/test.ts'

test.use({ viewport: { width: 1_200, height: 400 } })

test('footnotes are those of their message alone', async ({ chat, page }) => {
  await chat.open()
  const words = ['heron', 'stork']
  for (const word of words) await chat.ask(`A ${word}[^1]\n\n[^1]: Of the ${word}.`)
  const ids = page.locator('[id]').evaluateAll((elements) => elements.map(({ id }) => id))
  expect((await ids).filter((id, index, all) => all.indexOf(id) !== index)).toEqual([])
  for (const [index, word] of words.entries()) {
    const reply = chat.replies.nth(index)
    const reference = reply.getByRole('link', { name: '1', exact: true })
    await expect(reference).toHaveAccessibleDescription('Footnotes')
    await reference.click()
    await expect(reply.locator(':target')).toContainText(`Of the ${word}.`)
    await expect(reply.locator(':target')).toBeInViewport()
    // The conversation has moved, not the page around it.
    expect(await page.evaluate(() => document.scrollingElement?.scrollTop)).toBe(0)
  }
})
