import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { startCheckpoints } from './checkpoints.ts'
import { migrate } from './migrate.ts'
import { openNodeSqlite } from './node-sqlite.ts'
import type { Schema } from './schema.ts'
import { SqlArchiveStore } from './sql-archive-store.ts'
import { SqlCloudMessages } from './sql-cloud-messages.ts'
import { SqlCloudThreads } from './sql-cloud-threads.ts'
import { SqlFileRecords } from './sql-file-records.ts'
import { SqlIdentityStore } from './sql-identity-store.ts'
import { SqlReports } from './sql-reports.ts'
import { SqlSearchIndex } from './sql-search-index.ts'
import type { SqlStorage } from './sql-storage.ts'
import { SqlThreadStore } from './sql-thread-store.ts'
import { openSyncedCommits } from './synced-commits.ts'
import { openKysely } from './sqlite-executor.ts'

/**
 * Opens a SQLite file, its folder and its schema made where they are missing.
 * @param path a file, or `:memory:`
 * @throws where the file cannot be opened or is not a database
 */
export async function openSqliteStorage(path: string): Promise<SqlStorage> {
  const isFile = path !== ':memory:'
  if (isFile) mkdirSync(dirname(path), { recursive: true })
  const database = openNodeSqlite(path)
  const session = await openKysely<Schema>(database)
  const { db } = session
  await using opened = new AsyncDisposableStack()
  opened.defer(() => db.destroy())
  await migrate(db, 'sqlite')
  // One server has the file: all that wrote to it before are gone.
  await db.deleteFrom('leases').execute()
  const commits = isFile ? await openSyncedCommits(session, path) : undefined
  opened.defer(() => commits?.close())
  const endCheckpoints = isFile ? startCheckpoints(path) : undefined
  opened.defer(() => endCheckpoints?.())
  const disposal = opened.move()
  const { transact } = commits ?? session
  const { transactLazily } = commits ?? { transactLazily: transact }
  return {
    store: new SqlThreadStore(db, 'sqlite', { transact, transactLazily }),
    searchIndex: new SqlSearchIndex(db, 'sqlite', transactLazily),
    archiveStore: new SqlArchiveStore(db, 'sqlite', transact),
    cloudStore: {
      threads: new SqlCloudThreads(db),
      messages: new SqlCloudMessages(db, 'sqlite', transact),
      reports: new SqlReports(db, 'sqlite', transact),
    },
    fileRecords: new SqlFileRecords(db),
    identityStore: new SqlIdentityStore(db, 'sqlite'),
    close: () => disposal.disposeAsync(),
  }
}
