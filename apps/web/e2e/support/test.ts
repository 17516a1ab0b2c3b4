// Playwright reads from the braces which fixtures a fixture needs; some need none.
/* oxlint-disable eslint/no-empty-pattern */
import { test as base } from '@playwright/test'
import { ChatPage } from './chat-page.ts'
import { startServer, type ServerProcess } from './server-process.ts'
import { startSite, type Site } from './static-site.ts'

interface TestFixtures {
  /** The web app, served by the worker's server. */
  readonly chat: ChatPage
  /** A server for this test alone, such as one to kill. */
  readonly startServer: typeof startServer
  readonly startSite: typeof startSite
}

interface WorkerFixtures {
  /** The real server of this worker. */
  readonly server: ServerProcess
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  server: [
    async ({}, use) => {
      const server = await startServer()
      await use(server)
      await server.stop()
    },
    { scope: 'worker' },
  ],

  baseURL: ({ server }, use) => use(server.url),

  chat: ({ page }, use) => use(new ChatPage(page)),

  startServer: async ({}, use) => {
    const servers: ServerProcess[] = []
    await use(async (env) => {
      const server = await startServer(env)
      servers.push(server)
      return server
    })
    await Promise.all(servers.map((server) => server.stop()))
  },

  startSite: async ({}, use) => {
    const sites: Site[] = []
    await use(async (folder) => {
      const site = await startSite(folder)
      sites.push(site)
      return site
    })
    await Promise.all(sites.map((site) => site.stop()))
  },
})

export { expect } from '@playwright/test'
