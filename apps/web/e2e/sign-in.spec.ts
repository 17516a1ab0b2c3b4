import { startIssuer } from 'services'
import { ChatPage } from './support/chat-page.ts'
import { expect, test } from './support/test.ts'

test('somebody without an account keeps their threads, and sees nobody else’s', async ({
  browser,
  chat,
  page,
  startServer,
}) => {
  const server = await startServer({ AUTH: 'anonymous', AUTH_OPEN_IN_PRODUCTION: '' })
  await chat.open(server.url)
  await chat.ask('Remember the harbour')
  await page.reload()
  await expect(chat.questions).toHaveText([/Remember the harbour/])
  await expect(chat.threadRow('Remember the harbour')).toBeVisible()
  // A second tab is the same person.
  const tab = new ChatPage(await page.context().newPage())
  await tab.open(server.url)
  await expect(tab.threadRow('Remember the harbour')).toBeVisible()

  const stranger = await browser.newContext()
  const other = new ChatPage(await stranger.newPage())
  await other.open(server.url)
  await other.ask('Who is there?')
  await expect(other.sidebar.getByRole('link')).toHaveCount(1)
  await other.page.goto(page.url())
  await expect(other.page.getByText('Remember the harbour')).toHaveCount(0)
  await stranger.close()
})

for (const browser of ['a browser', 'one that forbids storage'])
  test(`in ${browser} a token that has expired is replaced in the middle of the work`, async ({
    chat,
    page,
    startServer,
  }) => {
    if (browser !== 'a browser') await page.addInitScript(forbidStorage)
    const server = await startServer({ AUTH: 'anonymous', AUTH_OPEN_IN_PRODUCTION: '' })
    const tokens: string[] = []
    page.on('response', (response) => {
      if (response.url().includes('/v1/auth/tokens/')) tokens.push(new URL(response.url()).pathname)
    })
    await chat.open(server.url)
    await chat.ask('Hello')
    // As the server answers five minutes later.
    let refused = 0
    await page.route('**/api/**', async (route) => {
      if (refused++ > 0) return route.fallback()
      const problem = { code: 'token_expired', detail: 'The token has expired.', status: 401 }
      await route.fulfill({ status: 401, contentType: 'application/problem+json', json: problem })
    })
    await chat.ask('And again')
    await expect(chat.lastReply).toContainText('And again')
    expect(tokens).toEqual(['/v1/auth/tokens/anonymous', '/v1/auth/tokens/refresh'])
  })

test('a token that is handed over signs in, and brings what was said before along', async ({
  chat,
  page,
  startServer,
}) => {
  const issuer = await startIssuer()
  const server = await startServer({
    ...issuer.env,
    AUTH: 'anonymous,jwt',
    AUTH_OPEN_IN_PRODUCTION: '',
  })
  await chat.open(server.url)
  await chat.ask('Said before signing in')
  await page.goto('about:blank')
  const token = await issuer.sign('alice')
  await chat.open(`${server.url}/#token=${token}`)
  expect(page.url()).not.toContain('token')
  await expect(chat.threadRow('Said before signing in')).toBeVisible()
  await page.reload()
  await expect(chat.threadRow('Said before signing in')).toBeVisible()

  // Before it expires, who embeds the page hands over the next.
  const next = await issuer.sign('alice', { until: 600 })
  await page.evaluate((hash) => (location.hash = hash), `#token=${next}`)
  await expect(page).not.toHaveURL(/token/)
  const sent = page.waitForRequest('**/api/chat')
  await chat.ask('Still me')
  expect((await sent).headers()['authorization']).toBe(`Bearer ${next}`)
  issuer.close()
})

/** As a browser does that blocks all of a site's data. */
function forbidStorage(): void {
  for (const name of ['localStorage', 'sessionStorage'])
    Object.defineProperty(window, name, {
      get: () => {
        throw new DOMException('It is forbidden.', 'SecurityError')
      },
    })
}
