import type { ArchiveStore } from '../../../archive/archive-store.ts'
import type { CloudStore } from '../../../cloud/cloud-store.ts'
import type { FileRecords } from '../../../files/file-records.ts'
import type { IdentityStore } from '../../../identity/identity-store.ts'
import type { SearchIndex } from '../../../search/search-index.ts'
import type { ThreadStore } from '../../../threads/thread-store.ts'
import { SqlArchiveStore } from './sql-archive-store.ts'
import { SqlCloudMessages } from './sql-cloud-messages.ts'
import { SqlCloudThreads } from './sql-cloud-threads.ts'
import type { SqlDatabase } from './sql-database.ts'
import { SqlFileRecords } from './sql-file-records.ts'
import { SqlIdentityStore } from './sql-identity-store.ts'
import { SqlReports } from './sql-reports.ts'
import { SqlSearchIndex } from './sql-search-index.ts'
import { SqlThreadStore } from './sql-thread-store.ts'

/** All that one database keeps. */
export interface SqlStorage {
  readonly store: ThreadStore
  readonly searchIndex: SearchIndex
  readonly archiveStore: ArchiveStore
  readonly cloudStore: CloudStore
  readonly fileRecords: FileRecords
  readonly identityStore: IdentityStore
  close(): Promise<void>
}

/** @param close closes the database */
export function createSqlStorage(database: SqlDatabase, close: () => Promise<void>): SqlStorage {
  return {
    store: new SqlThreadStore(database),
    searchIndex: new SqlSearchIndex(database),
    archiveStore: new SqlArchiveStore(database),
    cloudStore: {
      threads: new SqlCloudThreads(database),
      messages: new SqlCloudMessages(database),
      reports: new SqlReports(database),
    },
    fileRecords: new SqlFileRecords(database),
    identityStore: new SqlIdentityStore(database),
    close,
  }
}
