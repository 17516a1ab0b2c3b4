import type { CloudReportListQuery, Message, Thread } from '@assistant-ui-proxy/contract'
import type { Owner } from '../identity/owner.ts'

/** A thread with what the wire of Assistant Cloud adds to it. */
export interface CloudThreadRecord extends Thread {
  readonly owner: Owner
  /** The id that the app gave it; unique per owner. */
  readonly external_id: string | null
  readonly metadata: unknown
}

export interface NewCloudThreadRecord {
  readonly id: string
  readonly title: string | null
  readonly external_id: string | null
  readonly metadata: unknown
  /** ISO 8601, with milliseconds and Z, as all times. */
  readonly last_message_at: string
}

export type CloudThreadChange = Partial<
  Pick<CloudThreadRecord, 'title' | 'last_message_at' | 'metadata' | 'is_archived'>
>

export interface CloudThreadQuery {
  readonly limit: number
  readonly is_archived: boolean
  /** The id of the last thread of the page before. One that is not there begins anew. */
  readonly after: string | undefined
  readonly external_id: string | undefined
}

/** A message with what the wire of Assistant Cloud adds to it. */
export interface CloudMessageRecord extends Message {
  readonly external_id: string | null
  /** Of `content`; null: it is what its parts say. */
  readonly format: string | null
  readonly content: unknown
  readonly updated_at: string
}

/** A message's place in its thread. */
export type TreeNode = Pick<Message, 'id' | 'parent_id' | 'created_at'>

export interface NewCloudMessageRecord extends Pick<
  Message,
  'id' | 'parent_id' | 'role' | 'parts'
> {
  readonly external_id: string | null
  readonly format: string
  readonly content: unknown
  /** Names the parent where `parent_id` is null. */
  readonly parent_external_id: string | null
}

export type CloudMessageContent = Pick<
  NewCloudMessageRecord,
  'role' | 'parts' | 'format' | 'content'
>

/** What came of adding a message. */
export type AddedMessage =
  | { readonly id: string; readonly isNew: boolean }
  | 'thread_not_found'
  | 'message_not_found'

/** What a client tells of a thread, a message or a run. */
export interface Report {
  readonly id: string
  readonly kind: CloudReportListQuery['kind']
  readonly owner: Owner
  /** Null where it is about none, or none that its owner has. */
  readonly thread_id: string | null
  readonly message_id: string | null
  readonly body: unknown
  readonly created_at: string
}

export interface ReportQuery {
  readonly kind: Report['kind']
  readonly thread_id: string | undefined
  readonly limit: number
  /** The id of the last report of the page before. */
  readonly after: string | undefined
}

/**
 * The threads of a `ThreadStore` as clients of Assistant Cloud's wire see and change them. The methods
 * that take an owner are scoped to it; those that do not are for who runs the server.
 */
export interface CloudThreads {
  /** By `last_message_at`, then `id`, descending; of all owners where none is named. */
  list(owner: Owner | undefined, query: CloudThreadQuery): Promise<CloudThreadRecord[]>
  get(owner: Owner, threadId: string): Promise<CloudThreadRecord | undefined>
  /** Of the owners who have a thread of this id, the one that wrote to theirs last. */
  findOwner(threadId: string): Promise<Owner | undefined>
  /** @returns the id of the thread that has this `external_id`: its own, or that of one before */
  add(owner: Owner, thread: NewCloudThreadRecord): Promise<string>
  /** @returns whether there was such a thread */
  change(owner: Owner, threadId: string, change: CloudThreadChange): Promise<boolean>
  /** The ids of those in which a reply is being written. */
  listWriting(owner: Owner): Promise<string[]>
  /**
   * Takes all that somebody has, and the ways in, little by little: where it breaks off, the next call goes on.
   * @returns how many threads
   */
  erase(owner: Owner): Promise<number>
}

/** The messages of a `ThreadStore`, likewise. */
export interface CloudMessages {
  /** All messages of a thread, parents first. */
  listTree(owner: Owner, threadId: string): Promise<TreeNode[]>
  /** Those of the thread's messages that have one of these ids, in any order. */
  get(owner: Owner, threadId: string, ids: readonly string[]): Promise<CloudMessageRecord[]>
  /**
   * Adds a message to a thread, unless it is there: by its `external_id`, or since this server stored
   * it by itself under the same parent, and no client has told of it before.
   * @param isSame whether a message that this server stored by itself is meant
   */
  add(
    owner: Owner,
    threadId: string,
    message: NewCloudMessageRecord,
    isSame: (stored: Message) => boolean,
  ): Promise<AddedMessage>
  /** @returns whether there was such a message */
  change(
    owner: Owner,
    threadId: string,
    messageId: string,
    content: CloudMessageContent,
  ): Promise<boolean>
  /** What followed them follows their parents. @returns how many there were */
  delete(owner: Owner, threadId: string, ids: readonly string[]): Promise<number>
}

/** What clients have told. */
export interface Reports {
  /**
   * Feedback takes the place of the feedback on the same message before. Events are best effort, as they
   * are sent: one of a thread that is not there is kept without it.
   * @throws AppError `thread_not_found` for what is no event
   */
  add(reports: readonly Report[]): Promise<void>
  /** Newest first. */
  list(query: ReportQuery): Promise<Report[]>
}

/** What the wire of Assistant Cloud is served from. */
export interface CloudStore {
  readonly threads: CloudThreads
  readonly messages: CloudMessages
  readonly reports: Reports
}
