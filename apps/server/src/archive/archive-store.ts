import type { Owner } from '../identity/owner.ts'
import type { ArchivedMessage, ArchivedReport, ArchivedThread } from './archive-record.ts'

/** All that an owner has said, row by row, to be taken elsewhere and back. */
export interface ArchiveStore {
  /** In the order of their ids. @param after the id of the last one before */
  listThreads(owner: Owner, after: string | undefined, limit: number): Promise<ArchivedThread[]>
  /** Parents first. A reply that is being written is given as stopped here. */
  listMessages(owner: Owner, threadId: string): Promise<ArchivedMessage[]>
  /** In the order in which they came, a page at a time. */
  listReports(owner: Owner): AsyncIterable<ArchivedReport[]>
  /**
   * Adds a thread with its messages, all or nothing.
   * @returns false where one of the ids is in use
   */
  addThread(
    owner: Owner,
    thread: ArchivedThread,
    messages: readonly ArchivedMessage[],
  ): Promise<boolean>
  /** @returns false where it is there, or its thread is not */
  addReport(owner: Owner, report: ArchivedReport): Promise<boolean>
}
