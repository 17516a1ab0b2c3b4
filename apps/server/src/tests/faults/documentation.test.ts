import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { endlessReply, faults } from './faults.ts'
import { places } from './places.ts'

it('tells the documentation’s readers the same', () => {
  const file = resolve(import.meta.dirname, '../../../../../docs/faults.md')
  const documented = readFileSync(file, 'utf8')
  const rows = [
    ...places.map(({ name, status, code }) => [name, String(status), code]),
    ...[...faults, endlessReply].map(({ name, outcome: { status, code } }) => [
      name,
      status === 200 && code !== undefined ? 'terminal `error`' : String(status),
      code,
    ]),
  ]
  const lines = documented
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
    .map((line) => line.split('|').map((cell) => cell.trim().replace(/^`(\w+)`$/, '$1')))
  for (const [name, status, code = '–'] of rows) {
    const [, , ...cells] = lines.find(([, first]) => first === name) ?? []
    expect([name, ...cells.slice(0, 2)]).toEqual([name, status, code])
  }
})
