import { expect, it, onTestFinished } from 'vitest'
import { openNodeSqlite } from './node-sqlite.ts'

it('tells a disk that is full from a row that may not be', () => {
  const database = openNodeSqlite(':memory:')
  onTestFinished(() => database.close())
  const run = (sql: string, ...parameters: string[]) => database.prepare(sql).run(parameters)
  run('create table notes (text text unique)')
  run('insert into notes values (?)', 'first')
  database.prepare('pragma max_page_count = 4').all([])
  expect(() => run('insert into notes values (?)', 'x'.repeat(100_000))).toThrow(
    expect.objectContaining({
      problem: expect.objectContaining({ code: 'storage_unavailable', status: 503 }),
      cause: expect.objectContaining({ message: 'database or disk is full' }),
    }),
  )
  expect(() => run('insert into notes values (?)', 'first')).toThrow(/UNIQUE constraint failed/)
  run('insert into notes values (?)', 'second')
})
