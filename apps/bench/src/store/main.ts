import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openPostgresStorage } from '../../../server/src/drivers/storage/sql/open-postgres-storage.ts'
import { openSqliteStorage } from '../../../server/src/drivers/storage/sql/open-sqlite-storage.ts'
import { describeMachine } from '../report/write-report.ts'
import { openPostgres, openSqlite, type Database } from './databases.ts'
import { fill, indexAll, type Size } from './fill.ts'
import { measureStore, type Figure } from './measure.ts'

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })

const size: Size = options.quick
  ? { threads: 2_000, messages: 9, longThreads: 10, longMessages: 200 }
  : { threads: 100_000, messages: 9, longThreads: 100, longMessages: 1_009 }

const readme = resolve(import.meta.dirname, '../../README.md')
const begin = '<!-- store results -->'
const end = '<!-- end of store results -->'

const tables: string[] = []
for (const open of [openSqlite, openPostgres]) {
  await using database = await open()
  const { store, searchIndex, close } = await openStore(database)
  say(`${database.name}: filling`)
  await fill(database, size)
  say(`${database.name}: indexing`)
  await indexAll(searchIndex)
  await database.query('analyze', [])
  say(`${database.name}: measuring`)
  tables.push(tableOf(database.name, await measureStore(database, store, searchIndex, size)))
  await close()
}
const report = [describe(), ...tables].join('\n\n')
console.log(`\n${report}`)
if (!options.quick) {
  const text = await readFile(readme, 'utf8')
  const head = text.slice(0, text.indexOf(begin) + begin.length)
  await writeFile(readme, [head, report, text.slice(text.indexOf(end))].join('\n\n'))
}

function openStore({ name, url }: Database) {
  return name === 'SQLite'
    ? openSqliteStorage(url.slice('sqlite:'.length))
    : openPostgresStorage({ url, poolSize: 4, statementTimeoutMs: 60_000 })
}

function describe(): string {
  const { threads, messages, longThreads, longMessages } = size
  const all = (threads - longThreads) * messages + longThreads * longMessages
  const count = (value: number) => value.toLocaleString('en')
  return `Measured on ${new Date().toISOString().slice(0, 10)}, ${describeMachine()}: ${count(threads)} threads and ${count(all)} messages of one owner.`
}

function tableOf(name: string, figures: readonly Figure[]): string {
  const ms = (value: number) => value.toFixed(2)
  const rows = figures.map(
    ({ what, p50, p99, bareP50, bareP99, wanted }) =>
      `| ${what} | ${ms(p50)} | ${ms(p99)} | ${ms(bareP50)} | ${ms(bareP99)} | ≤ ${wanted} | ${p99 <= wanted ? 'reached' : '**missed**'} |`,
  )
  return [
    `| ${name}, ms | p50 | p99 | bare driver, p50 | p99 | wanted | |`,
    '| --- | ---: | ---: | ---: | ---: | ---: | --- |',
    ...rows,
  ].join('\n')
}

function say(line: string): void {
  console.log(`${(performance.now() / 1_000).toFixed(0).padStart(4)} s  ${line}`)
}
