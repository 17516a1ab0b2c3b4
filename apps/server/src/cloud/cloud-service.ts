import { randomUUID } from 'node:crypto'
import {
  textOfParts,
  type CloudMessage,
  type CloudMessageListQuery,
  type CloudThread,
  type CloudThreadListQuery,
  type CloudThreadUpdate,
  type Message,
  type NewCloudMessage,
  type NewCloudThread,
} from '@assistant-ui-proxy/contract'
import { AppError, messageNotFound, threadNotFound } from '../app-error.ts'
import type { Owner } from '../identity/owner.ts'
import type { RunsOfThreads } from '../threads/thread-service.ts'
import type { CloudStore } from './cloud-store.ts'
import { heightsOf, messageToWire, threadToWire } from './cloud-wire.ts'
import { formatOf, readContent, type SaidContent } from './message-formats.ts'

/** Threads and messages on the wire of Assistant Cloud: the same that `/api` has. */
export class CloudService {
  readonly #store: CloudStore
  readonly #runs: RunsOfThreads

  constructor(store: CloudStore, runs: RunsOfThreads) {
    this.#store = store
    this.#runs = runs
  }

  /** @param owner undefined: of all owners */
  async listThreads(owner: Owner | undefined, query: CloudThreadListQuery): Promise<CloudThread[]> {
    const { limit, is_archived, after, external_id } = query
    const asked = { limit, is_archived, after, external_id }
    return (await this.#store.threads.list(owner, asked)).map(threadToWire)
  }

  /** @throws AppError `id_taken` where the `external_id` is in use, and `upsert` was not asked for */
  async createThread(
    owner: Owner,
    { title, metadata, external_id, upsert, last_message_at }: NewCloudThread,
  ): Promise<{ id: string; isNew: boolean }> {
    const id = randomUUID()
    const made = await this.#store.threads.add(owner, {
      id,
      title: title ?? null,
      metadata,
      external_id: external_id ?? null,
      last_message_at: normalize(last_message_at),
    })
    if (made !== id && upsert !== true)
      throw new AppError('id_taken', 'A thread of this external_id exists already.')
    return { id: made, isNew: made === id }
  }

  async getThread(owner: Owner, threadId: string): Promise<CloudThread> {
    const thread = await this.#store.threads.get(owner, threadId)
    if (thread === undefined) throw threadNotFound(threadId)
    return threadToWire(thread)
  }

  async updateThread(owner: Owner, threadId: string, update: CloudThreadUpdate): Promise<void> {
    const { title, is_archived, metadata, last_message_at } = update
    const isThere = await this.#store.threads.change(owner, threadId, {
      ...(title !== undefined && { title }),
      ...(is_archived !== undefined && { is_archived }),
      ...(metadata !== undefined && { metadata }),
      ...(last_message_at !== undefined && { last_message_at: normalize(last_message_at) }),
    })
    if (!isThere) throw threadNotFound(threadId)
  }

  /** The owner of a thread that somebody who runs the server asks for. */
  async findOwner(threadId: string): Promise<Owner> {
    const owner = await this.#store.threads.findOwner(threadId)
    if (owner === undefined) throw threadNotFound(threadId)
    return owner
  }

  /** @returns how many threads are gone */
  async erase(owner: Owner): Promise<number> {
    await this.#runs.endIn(owner, await this.#store.threads.listWriting(owner))
    const count = await this.#store.threads.erase(owner)
    this.#runs.forget(owner)
    return count
  }

  /**
   * By height, `created_at` and `id`, all descending. What the format cannot tell is left out, and a reply
   * that failed before its first word: a page would show it as one that is empty, beside its retry.
   */
  async listMessages(
    owner: Owner,
    threadId: string,
    { format, limit, after }: CloudMessageListQuery,
  ): Promise<CloudMessage[]> {
    const tree = await this.#store.messages.listTree(owner, threadId)
    if (tree.length === 0) await this.getThread(owner, threadId)
    const heights = heightsOf(tree)
    const followed = new Set(tree.map(({ parent_id }) => parent_id))
    const heightOf = (id: string) => heights.get(id) ?? 0
    const ids = tree
      .toSorted((a, b) => heightOf(b.id) - heightOf(a.id) || compare(b, a))
      .map(({ id }) => id)
    const listed: CloudMessage[] = []
    // A message that is left out makes room for the next: a short page is the last.
    let at = after === undefined ? 0 : ids.indexOf(after) + 1
    while (listed.length < limit && at < ids.length) {
      const page = ids.slice(at, at + limit - listed.length)
      at += page.length
      const messages = await this.#store.messages.get(owner, threadId, page)
      const byId = new Map(messages.map((message) => [message.id, message]))
      for (const id of page) {
        const message = byId.get(id)
        if (message === undefined || (saysNothing(message) && !followed.has(id))) continue
        const told = messageToWire(message, heightOf(id), format)
        if (told !== undefined) listed.push(told)
      }
    }
    return listed
  }

  /**
   * Adds a message, unless this server has stored it by itself: a client that had its reply from here
   * tells of both messages once more.
   */
  async addMessage(
    owner: Owner,
    threadId: string,
    { parent_id, parent_external_id, external_id, format, content }: NewCloudMessage,
  ): Promise<{ id: string; isNew: boolean }> {
    const said = readContent(format, content)
    const message = {
      ...said,
      id: randomUUID(),
      parent_id,
      parent_external_id: parent_external_id ?? null,
      external_id: external_id ?? null,
      format,
      content,
    }
    const added = await this.#store.messages.add(owner, threadId, message, (stored) =>
      saysTheSame(stored, said),
    )
    if (added === 'thread_not_found') throw threadNotFound(threadId)
    if (added === 'message_not_found')
      throw new AppError('message_not_found', 'The thread has no such message to go on from.')
    return added
  }

  async updateMessage(
    owner: Owner,
    threadId: string,
    messageId: string,
    content: Record<string, unknown>,
  ): Promise<void> {
    const [stored] = await this.#store.messages.get(owner, threadId, [messageId])
    if (stored === undefined) throw messageNotFound(messageId)
    if (stored.status === 'streaming')
      throw new AppError('run_in_progress', 'The message is still being written.')
    const format = formatOf(content, stored.format)
    const change = { ...readContent(format, content), format, content }
    const isThere = await this.#store.messages.change(owner, threadId, messageId, change)
    if (!isThere) throw messageNotFound(messageId)
  }

  async deleteMessages(owner: Owner, threadId: string, ids: readonly string[]): Promise<void> {
    const deleted = await this.#store.messages.delete(owner, threadId, ids)
    if (deleted === 0) throw messageNotFound(ids[0] ?? '')
  }
}

function saysNothing({ status, parts }: Message): boolean {
  return status === 'failed' && parts.every(({ type }) => type === 'step-start')
}

/** Siblings, and cousins: by age, then by id. */
function compare(
  a: { id: string; created_at: string },
  b: { id: string; created_at: string },
): number {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? -1 : 1
  return a.id < b.id ? -1 : Number(a.id > b.id)
}

/** Clients keep parts in forms of their own, and of a reply that was cut a piece more or less. */
function saysTheSame(stored: Message, said: SaidContent): boolean {
  const [ours, theirs] = [textOfParts(stored.parts), textOfParts(said.parts)]
  if (stored.status === 'complete') return ours === theirs
  return ours.startsWith(theirs) || theirs.startsWith(ours)
}

function normalize(time: string): string {
  return new Date(time).toISOString()
}
