import { open } from 'node:fs/promises'
import type { Schema } from './schema.ts'
import type { SqliteSession } from './sqlite-executor.ts'
import type { Transact } from './transact.ts'

/** What is committed lazily is on the disk so much later, and what it takes to sync. */
const syncDelayMs = 40

/**
 * Opens the lazy way to commit to a SQLite file: a transaction is left to the operating system, which
 * keeps it when this process dies, and is on the disk a moment later, synced in another thread with all
 * that was committed meanwhile. Waiting for the disk would stop every stream for that time.
 * @param path of the file, which is open in WAL mode
 * @see https://www.sqlite.org/pragma.html#pragma_synchronous
 */
export async function openLazyCommits({ transact }: SqliteSession<Schema>, path: string) {
  // SQLite's locks are on the two files beside it, so closing this one gives none of them up.
  const log = await open(`${path}-wal`, 'r+')
  let timer: NodeJS.Timeout | undefined
  const sync = async () => {
    timer = undefined
    // A disk that fails is heard of with the next commit that waits for it.
    await log.datasync().catch(() => undefined)
  }
  const transactLazily: Transact = async (work) => {
    const result = await transact(work, 'normal')
    timer ??= setTimeout(() => void sync(), syncDelayMs)
    return result
  }
  const close = async () => {
    clearTimeout(timer)
    await log.close()
  }
  return { transactLazily, close }
}
