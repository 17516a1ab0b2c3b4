import { createConfig, StartError } from './config/config.ts'
import { readEnv } from './config/env.ts'
import { openStorage } from './dependencies.ts'
import { ApiKeys } from './identity/api-keys.ts'

const usage = `Usage:
  pnpm --filter server keys create <name>   makes an API key and shows it, this once
  pnpm --filter server keys list            shows what keys there are
  pnpm --filter server keys revoke <id>     ends one`

try {
  console.log(await run(process.argv.slice(2)))
} catch (error) {
  console.error(error instanceof StartError ? error.message : error)
  process.exitCode = 1
}

/** @returns what to show */
async function run([command, argument]: readonly string[]): Promise<string> {
  const isCall = command === 'list' || (argument !== undefined && argument.trim() !== '')
  if (!isCall || !['create', 'list', 'revoke'].includes(command ?? '')) throw new StartError(usage)
  const { sql, close } = await openStorage(createConfig(readEnv()))
  try {
    if (sql === undefined) throw new StartError('API keys need a database: set DATABASE_URL.')
    return await answer(new ApiKeys(sql.identityStore), command, argument ?? '')
  } finally {
    await close()
  }
}

async function answer(keys: ApiKeys, command: string | undefined, argument: string) {
  if (command === 'create') {
    const { id, key } = await keys.create(argument)
    return `${key}\n\nKeep it: it is not shown again. Its id is ${id}. AUTH must list api-key.`
  }
  if (command === 'revoke') {
    if (await keys.revoke(argument)) return `${argument} is revoked.`
    throw new StartError(`There is no key ${argument} that is good: see keys list.`)
  }
  const all = await keys.list()
  if (all.length === 0) return 'There are no keys.'
  const rows = all.map(({ id, name, createdAt, revokedAt }) =>
    [id, createdAt, revokedAt === null ? 'good' : `revoked ${revokedAt}`, name].join('  '),
  )
  return rows.join('\n')
}
