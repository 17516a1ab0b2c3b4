import { open } from 'node:fs/promises'
import { storageUnavailable } from '../../../app-error.ts'
import type { Schema } from './schema.ts'
import type { SqliteSession } from './sqlite-executor.ts'
import type { Transact } from './transact.ts'

/** What is committed lazily is on the disk so much later, and what it takes to sync. */
const syncDelayMs = 40

/**
 * Opens the ways to commit to a SQLite file that do not stop every stream for the disk: a transaction is
 * left to the operating system, which keeps it when this process dies, and another thread syncs it with all
 * that was committed by then. `transact` resolves when that is done; `transactLazily` does not wait for it.
 * @param path of the file, which is open in WAL mode
 * @see https://www.sqlite.org/pragma.html#pragma_synchronous
 */
export async function openSyncedCommits({ transact: commit }: SqliteSession<Schema>, path: string) {
  // SQLite's locks are on the two files beside it, so closing this one gives none of them up.
  const log = await open(`${path}-wal`, 'r+')
  let lazySync: NodeJS.Timeout | undefined
  let running: Promise<unknown> = Promise.resolve()
  let next: Promise<void> | undefined
  /** Those who come while one is running share the next one: theirs was committed too late for the first. */
  const sync = () => {
    next ??= running.then(() => {
      next = undefined
      clearTimeout(lazySync)
      lazySync = undefined
      const syncing = log.datasync()
      running = syncing.catch(() => undefined)
      return syncing
    })
    return next
  }
  const transact: Transact = async (work) => {
    const result = await commit(work, 'normal')
    await sync().catch((error: unknown) => {
      throw storageUnavailable(error)
    })
    return result
  }
  const transactLazily: Transact = async (work) => {
    const result = await commit(work, 'normal')
    // A disk that fails is heard of with the next commit that waits for it.
    lazySync ??= setTimeout(() => void sync().catch(() => undefined), syncDelayMs)
    return result
  }
  const close = async () => {
    clearTimeout(lazySync)
    await running
    await log.close()
  }
  return { transact, transactLazily, close }
}
