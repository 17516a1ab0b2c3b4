import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { localOwner } from '../../../identity/owner.ts'
import { startCheckpoints } from './checkpoints.ts'
import { openSqliteStorage } from './open-sqlite-storage.ts'

it('what was committed is copied to the file while it is open, and all of it is there when it is closed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'checkpoints-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'threads.db')
  const { store, close } = await openSqliteStorage(path)
  const has = async (title: string) => (await readFile(path)).includes(title)
  await store.createThread(localOwner, { id: 't1', title: 'kept while open' })
  expect(await has('kept while open')).toBe(false)
  await expect.poll(() => has('kept while open'), { timeout: 5_000 }).toBe(true)
  await store.createThread(localOwner, { id: 't2', title: 'kept at the end' })
  await close()
  expect(await has('kept at the end')).toBe(true)
  expect(existsSync(`${path}-wal`)).toBe(false)
})

it('a thread that cannot copy says so, and ends nothing else', async () => {
  const warned = once(process, 'warning')
  const end = startCheckpoints('/nowhere/threads.db')
  expect(await warned).toMatchObject([{ message: expect.stringContaining('unable to open') }])
  await end()
})
