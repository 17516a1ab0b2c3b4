import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'

/** The folder that holds `apps`: paths in variables are relative to it, wherever a script runs. */
export const workspaceRoot = resolve(import.meta.dirname, '../../../..')

export type Env = Readonly<Record<string, string>>

/**
 * The variables of the process over those of `.env` at the workspace root. The one place that reads
 * `process.env`; an empty value counts as not set.
 */
export function readEnv(): Env {
  const merged = { ...readEnvFile(join(workspaceRoot, '.env')), ...process.env }
  const set: Record<string, string> = {}
  for (const [name, value] of Object.entries(merged))
    if (value !== undefined && value.trim() !== '') set[name] = value.trim()
  return set
}

function readEnvFile(path: string): NodeJS.Dict<string> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
  return parseEnv(text)
}
