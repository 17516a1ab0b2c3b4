import { defineConfig } from '@playwright/test'
import { findBrowser } from './e2e/support/find-browser.ts'

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  globalSetup: './e2e/support/build-pages.ts',
  // Each worker is a browser and a server of its own.
  workers: 2,
  fullyParallel: false,
  forbidOnly: process.env['CI'] !== undefined,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    launchOptions: await findBrowser(),
    viewport: { width: 1_200, height: 800 },
    colorScheme: 'light',
    actionTimeout: 15_000,
    // Its screencast would take as long as the tests themselves; what the page was is there without it.
    trace: { mode: 'retain-on-failure', screenshots: false },
  },
})
