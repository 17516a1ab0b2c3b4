import type { ArchiveStore } from '../../../archive/archive-store.ts'
import type { CloudStore } from '../../../cloud/cloud-store.ts'
import type { FileRecords } from '../../../files/file-records.ts'
import type { IdentityStore } from '../../../identity/identity-store.ts'
import type { SearchIndex } from '../../../search/search-index.ts'
import type { ThreadStore } from '../../../threads/thread-store.ts'

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
