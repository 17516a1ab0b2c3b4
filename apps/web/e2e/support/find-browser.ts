import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium, type LaunchOptions } from '@playwright/test'
import packed, { inflate } from '@sparticuz/chromium'

/** What was found, for the workers: they read the configuration too. */
const foundVariable = 'E2E_BROWSER'

interface Found {
  readonly executablePath?: string
  readonly channel?: string
  /** Variables that it needs beside those of the process. */
  readonly env?: Record<string, string>
}

/**
 * A Chromium that runs on this machine: the one that came from npm, else an installed Chrome, else
 * Playwright's own. Where there is none, the process ends with one line that says how to get one.
 */
export async function findBrowser(): Promise<LaunchOptions> {
  const known = process.env[foundVariable]
  const found =
    known === undefined
      ? ((await findPacked()) ?? (await findInstalled()))
      : (JSON.parse(known) as Found)
  if (found === undefined) {
    console.error(
      'No Chromium runs here, which the browser tests need: `npx playwright install chromium` in apps/web gets one.',
    )
    process.exit(1)
  }
  process.env[foundVariable] = JSON.stringify(found)
  const { env, ...options } = found
  return env ? { ...options, env: { ...process.env, ...env } } : options
}

/** The Chromium from npm is for Linux on x64. Its own arguments switch CORS off, so none are taken. */
async function findPacked(): Promise<Found | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  const executablePath = await packed.executablePath()
  const env = fonts()
  if (await runs(executablePath, env)) return { executablePath, env }
  // A machine without libnss3: the package has one, though it unpacks it for AWS Lambda alone.
  await inflate(fileURLToPath(new URL('../bin/al2023.tar.br', import.meta.resolve(packageName))))
  const withLibraries = { ...env, LD_LIBRARY_PATH: join(tmpdir(), 'al2023/lib') }
  return (await runs(executablePath, withLibraries))
    ? { executablePath, env: withLibraries }
    : undefined
}

const packageName = '@sparticuz/chromium'

/** On a machine without fonts, those of the package. */
function fonts(): Record<string, string> {
  return existsSync('/etc/fonts') ? {} : { FONTCONFIG_PATH: join(tmpdir(), 'fonts') }
}

async function runs(path: string, env: Record<string, string>): Promise<boolean> {
  try {
    await promisify(execFile)(path, ['--version'], { env: { ...process.env, ...env } })
    return true
  } catch {
    return false
  }
}

async function findInstalled(): Promise<Found | undefined> {
  for (const options of [{ channel: 'chrome' }, {}]) {
    try {
      await (await chromium.launch(options)).close()
      return options
    } catch {
      // The next one, then.
    }
  }
  return undefined
}
