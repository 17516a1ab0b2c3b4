import type {
  ListThreadsQuery,
  Message,
  Problem,
  Reply,
  Thread,
  ThreadUpdate,
} from '@assistant-ui-proxy/contract'
import type { Owner } from '../identity/owner.ts'

/** What one call of a chat adds to a thread. */
export interface Exchange {
  /** Made where the owner has no such thread. */
  readonly threadId: string
  /** What is new, parents first, and last the reply, still empty. */
  readonly messages: readonly Message[]
}

/** A reply as far as it has come. */
export interface ReplyProgress {
  readonly owner: Owner
  readonly messageId: string
  readonly reply: Pick<Reply, 'parts' | 'status' | 'metadata' | 'problem'>
}

/**
 * Keeps threads and their message trees. Every method but the last three is scoped to an owner: what
 * belongs to another is answered exactly as what does not exist. A promise that resolves means that
 * the change survives the death of the process.
 */
export interface ThreadStore {
  /** Newest activity first. @throws AppError `invalid_request` where `after` names no thread */
  listThreads(owner: Owner, query: ListThreadsQuery): Promise<Thread[]>
  /** @throws AppError `id_taken` */
  createThread(owner: Owner, thread: { id: string; title: string | null }): Promise<Thread>
  getThread(owner: Owner, threadId: string): Promise<Thread | undefined>
  updateThread(owner: Owner, threadId: string, update: ThreadUpdate): Promise<Thread | undefined>
  /** Gives the thread a title unless it has one, and the thread as it is then. */
  titleThread(owner: Owner, threadId: string, title: string): Promise<Thread | undefined>
  /** @returns whether there was such a thread */
  deleteThread(owner: Owner, threadId: string): Promise<boolean>

  /**
   * The whole tree, parents first; empty where there is no such thread.
   * @param limit the newest so many are enough
   */
  listMessages(owner: Owner, threadId: string, limit?: number): Promise<Message[]>
  /** From the root to this message; empty where there is no such message in the thread. */
  listBranch(owner: Owner, threadId: string, messageId: string): Promise<Message[]>
  /** Those of the thread's messages that have one of these ids, in any order. */
  findMessages(owner: Owner, threadId: string, ids: readonly string[]): Promise<Message[]>
  /**
   * Makes the thread where it is missing, adds the messages and dates the thread's last activity,
   * all or nothing.
   * @throws AppError `id_taken` where a message's id is in use
   */
  addExchange(owner: Owner, exchange: Exchange): Promise<void>

  /** Overwrites the replies named, in one transaction; those that are gone by now are left out. */
  saveReplies(progress: readonly ReplyProgress[]): Promise<void>
  /**
   * Ends every reply of before that time that is still `streaming` as `failed`.
   * @returns how many there were
   */
  failStreaming(problem: Problem, before: Date): Promise<number>
  /** Resolves when the storage answers. */
  ping(): Promise<void>
}
