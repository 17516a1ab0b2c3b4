import type {
  ListThreadsQuery,
  Message,
  MessageStatus,
  Problem,
  Thread,
  ThreadUpdate,
  UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import type { Owner } from '../identity/owner.ts'

/** Who writes a reply, and for which request. */
export interface RunClaim {
  readonly runId: string
  /** Names the request: sent again, it joins its run. Undefined: it cannot be asked for again. */
  readonly name: string | undefined
  /** Of the request's body: another one under the same name is refused. */
  readonly fingerprint: string
  /** The server that writes it, whose lease `renewLease` keeps. */
  readonly serverId: string
}

/** A run as its thread remembers it. */
export interface StoredRun extends Pick<RunClaim, 'runId' | 'name' | 'fingerprint'> {
  readonly replyId: string
  readonly status: MessageStatus
}

/** What one call of a chat adds to a thread. */
export interface Exchange {
  /** Made where the owner has no such thread. */
  readonly threadId: string
  /** What is new, parents first, and last the reply, still empty. */
  readonly messages: readonly Message[]
  /** Instead of a new one: the reply that goes on, and what it says so far. */
  readonly resumed?: Pick<Message, 'id' | 'parts'> | undefined
  readonly run?: RunClaim | undefined
}

/** A thread has one run at a time, and a name one run. */
export class RunConflict extends Error {
  override readonly name = 'RunConflict'
  /** The run that is in the way. */
  readonly run: StoredRun

  constructor(run: StoredRun) {
    super(`the run ${run.runId} is in the way`)
    this.run = run
  }
}

/**
 * What a reply has grown by since it was saved last. A terminal chunk ends it. It may be saved again,
 * also with more behind it, where nobody can tell whether it was: it is there once.
 */
export interface ReplyGrowth {
  readonly owner: Owner
  readonly messageId: string
  /** The run that writes it; one that has taken its place since is not disturbed. */
  readonly runId: string | null
  /** How many chunks of the run were saved before these. */
  readonly position: number
  readonly chunks: readonly UIMessageChunk[]
}

/**
 * Keeps threads and their message trees. The methods that take an owner are scoped to it: what belongs
 * to another is answered exactly as what does not exist. A promise that resolves means that the change
 * survives the death of the process.
 */
export interface ThreadStore {
  /** Newest activity first. @throws AppError `invalid_request` where `after` names no thread */
  listThreads(owner: Owner, query: ListThreadsQuery): Promise<Thread[]>
  /** @throws AppError `id_taken` */
  createThread(owner: Owner, thread: { id: string; title: string | null }): Promise<Thread>
  getThread(owner: Owner, threadId: string): Promise<Thread | undefined>
  updateThread(owner: Owner, threadId: string, update: ThreadUpdate): Promise<Thread | undefined>
  /** Gives the thread a title unless it has one, and the thread as it is then. */
  titleIfUntitled(owner: Owner, threadId: string, title: string): Promise<Thread | undefined>
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
   * Makes the thread with its first messages, and begins the reply, all or nothing.
   * @returns false where the owner has a thread of this id: nothing is done then
   * @throws AppError `id_taken` where a message's id is in use
   */
  beginThread(owner: Owner, exchange: Exchange): Promise<boolean>
  /**
   * Makes the thread where it is missing, adds the messages, begins the reply and dates the thread's
   * last activity, all or nothing.
   * @throws AppError `id_taken` where a message's id is in use, `message_not_found` where the thread lacks
   *   the message that they follow, or the one that is resumed
   * @throws RunConflict where the thread has a run that goes on, or one of this name that did not fail
   */
  addExchange(owner: Owner, exchange: Exchange): Promise<void>
  /** The thread's run of this id, or the one that goes on in it. */
  findRun(owner: Owner, threadId: string, runId?: string): Promise<StoredRun | undefined>

  /** Adds to the replies named, in one transaction; those that are gone by now are left out. */
  saveReplies(growths: readonly ReplyGrowth[]): Promise<void>
  /** Tells the other servers that this one is alive, and will be for so long. */
  renewLease(serverId: string, ttlMs: number): Promise<void>
  /**
   * Ends every reply that is still `streaming` as `failed`, where the server that wrote it has let its
   * lease run out.
   * @param serverId the one that asks: it is alive
   * @returns their runs
   */
  failAbandoned(serverId: string, problem: Problem): Promise<string[]>
  /** Resolves when the storage answers. */
  ping(): Promise<void>
}
