import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { build } from 'vite'
import { cloudRuntimeRoot, originalPlanRoot } from './static-site.ts'

const webRoot = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Builds what the tests open: the web app, which the server serves, and the pages of
 * runtimes that are not this project's.
 * Playwright asks for a default export.
 */
// oxlint-disable-next-line import/no-default-export
export default async function buildPages(): Promise<void> {
  await build({ root: webRoot, logLevel: 'warn' })
  for (const root of [originalPlanRoot, cloudRuntimeRoot])
    await build({ root, configFile: false, plugins: [react()], logLevel: 'error' })
}
