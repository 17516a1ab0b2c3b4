import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { startCheckpoints } from './checkpoints.ts'
import { migrate } from './migrate.ts'
import { openNodeSqlite } from './node-sqlite.ts'
import type { Schema } from './schema.ts'
import type { SqlDatabase } from './sql-database.ts'
import { createSqlStorage, type SqlStorage } from './sql-storage.ts'
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
  const session = await openKysely<Schema>(openNodeSqlite(path))
  const { db, transact } = session
  await using opened = new AsyncDisposableStack()
  opened.defer(() => db.destroy())
  await migrate(db, 'sqlite')
  // One server has the file: all that wrote to it before are gone.
  await db.deleteFrom('leases').execute()
  let database: SqlDatabase = { db, engine: 'sqlite', transact, transactLazily: transact }
  if (isFile) {
    const { close, ...commits } = await openSyncedCommits(session, path)
    opened.defer(close)
    opened.defer(startCheckpoints(path))
    database = { ...database, ...commits }
  }
  const disposal = opened.move()
  return createSqlStorage(database, () => disposal.disposeAsync())
}
