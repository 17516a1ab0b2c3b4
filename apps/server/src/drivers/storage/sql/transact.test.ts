import { expect, it, onTestFinished } from 'vitest'
import { openNodeSqlite } from './node-sqlite.ts'
import type { Schema } from './schema.ts'
import { openKysely } from './sqlite-executor.ts'
import { transactIn } from './transact.ts'

it.each([
  ['a deadlock is tried again, and passes for a storage that is busy', '40P01', 5],
  ['a conflict is, too', '40001', 5],
  ['a parent that is gone each time is what it is', '23503', 5],
  ['what else is refused is not tried again', '23505', 1],
])('%s', async (_name, code, times) => {
  const { db } = await openKysely<Schema>(openNodeSqlite(':memory:'))
  onTestFinished(() => db.destroy())
  const clash = Object.assign(new Error('clash'), { code })
  let attempts = 0
  const failing = transactIn(db)(() => {
    attempts++
    return Promise.reject(clash)
  })
  const problem = { problem: { code: 'storage_unavailable' }, cause: clash }
  await expect(failing).rejects.toMatchObject(code.startsWith('40') ? problem : clash)
  expect(attempts).toBe(times)
})

it('what passes when it is tried again is done', async () => {
  const { db } = await openKysely<Schema>(openNodeSqlite(':memory:'))
  onTestFinished(() => db.destroy())
  let attempts = 0
  const done = transactIn(db)(() => {
    if (++attempts < 3) throw Object.assign(new Error('clash'), { code: '40P01' })
    return Promise.resolve('done')
  })
  expect(await done).toBe('done')
})
