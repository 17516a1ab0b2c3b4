import {
  createProblem,
  type CloudMessage,
  type ListThreadsQuery,
  type Message,
  type Thread,
  type ThreadUpdate,
} from '@assistant-ui-proxy/contract'
import { AppError, pageNotFound } from '../../../app-error.ts'
import { localOwner, type Owner } from '../../../identity/owner.ts'
import type { Exchange, ReplyGrowth, ThreadStore } from '../../../threads/thread-store.ts'
import type { AssistantCloudAccess } from '../../cloud-access.ts'
import { BoundedMap } from './bounded-map.ts'
import { clientFor, expectStatus } from './cloud-client.ts'
import { CloudReplies } from './cloud-replies.ts'
import {
  contentOfMessage,
  messageFormat,
  messageOfCloud,
  ownIdOf,
  threadOfCloud,
} from './cloud-rows.ts'
import { keyOf, type CloudIds } from './cloud-ids.ts'

const pageSize = 200
const rememberedIds = 50_000

/** A reply that has not grown for so long was cut by the death of the server that wrote it. */
const staleAfterMs = 600_000

/**
 * Threads, messages and titles in Assistant Cloud, under each owner's workspace and user.
 *
 * The service makes ids of its own; those of this server are its `external_id`s. What its wire cannot
 * give: several messages are added one after another, parents first, so a failure between them leaves
 * the first; replies that are saved together are saved each for itself; a message's id is unique within
 * its thread only; a growing reply is up to a second behind; and the replies that a dead server left are
 * seen as failed when they are read.
 *
 * @throws AppError `storage_unavailable` where the service cannot be reached or has too much to do, and
 *   `upstream_*` where it does not take what it is asked
 */
export class AssistantCloudThreadStore implements ThreadStore {
  readonly #access: AssistantCloudAccess
  /** The service's thread ids, by owner and ours. */
  readonly #threadIds = new BoundedMap<string>(rememberedIds)
  readonly #places = new BoundedMap<CloudIds>(rememberedIds)
  readonly #replies: CloudReplies

  /** @param growthIntervalMs the service is not written to more often for one reply */
  constructor(access: AssistantCloudAccess, { growthIntervalMs = 1_000 } = {}) {
    this.#access = access
    this.#replies = new CloudReplies(access, this.#places, growthIntervalMs)
  }

  async listThreads(owner: Owner, query: ListThreadsQuery): Promise<Thread[]> {
    const { limit, is_archived, after } = query
    const last = after === undefined ? undefined : await this.#findThreadId(owner, after)
    if (after !== undefined && last === undefined) throw pageNotFound()
    const asking = this.#client(owner).threads.list({
      query: { limit, is_archived, ...(last !== undefined && { after: last }) },
    })
    const { threads } = (await expectStatus(asking, 200)).body
    for (const thread of threads) this.#threadIds.set(keyOf(owner, ownIdOf(thread)), thread.id)
    return threads.map(threadOfCloud)
  }

  async createThread(owner: Owner, thread: { id: string; title: string | null }): Promise<Thread> {
    if ((await this.#findThreadId(owner, thread.id)) !== undefined)
      throw new AppError('id_taken', `The thread ${thread.id} exists already.`)
    await this.#makeThread(owner, thread.id, thread.title)
    const made = await this.getThread(owner, thread.id)
    if (made === undefined) throw new AppError('upstream_protocol', 'The new thread is not there.')
    return made
  }

  async getThread(owner: Owner, threadId: string): Promise<Thread | undefined> {
    const id = await this.#findThreadId(owner, threadId)
    if (id === undefined) return undefined
    const asking = this.#client(owner).threads.get({ params: { thread_id: id } })
    const answer = await expectStatus(asking, 200, 404)
    return answer.status === 200 ? threadOfCloud(answer.body.thread) : undefined
  }

  async updateThread(
    owner: Owner,
    threadId: string,
    update: ThreadUpdate,
  ): Promise<Thread | undefined> {
    const id = await this.#findThreadId(owner, threadId)
    if (id === undefined) return undefined
    const asking = this.#client(owner).threads.update({ params: { thread_id: id }, body: update })
    const { status } = await expectStatus(asking, 200, 404)
    return status === 404 ? undefined : this.getThread(owner, threadId)
  }

  async titleIfUntitled(
    owner: Owner,
    threadId: string,
    title: string,
  ): Promise<Thread | undefined> {
    const thread = await this.getThread(owner, threadId)
    return thread?.title === null ? this.updateThread(owner, threadId, { title }) : thread
  }

  async deleteThread(owner: Owner, threadId: string): Promise<boolean> {
    const id = await this.#findThreadId(owner, threadId)
    if (id === undefined) return false
    this.#threadIds.delete(keyOf(owner, threadId))
    const asking = this.#client(owner).threads.delete({ params: { thread_id: id } })
    return (await expectStatus(asking, 200, 404)).status === 200
  }

  async listMessages(owner: Owner, threadId: string): Promise<Message[]> {
    const id = await this.#findThreadId(owner, threadId)
    if (id === undefined) return []
    const rows = await this.#readMessages(owner, id)
    const ownIds = new Map(rows.map((row) => [row.id, ownIdOf(row)]))
    return rows.map((row) => {
      this.#places.set(keyOf(owner, ownIdOf(row)), { threadId: id, messageId: row.id })
      const parentId = row.parent_id === null ? null : (ownIds.get(row.parent_id) ?? null)
      return cutIfStale(messageOfCloud(row, parentId), row)
    })
  }

  async listBranch(owner: Owner, threadId: string, messageId: string): Promise<Message[]> {
    const messages = await this.listMessages(owner, threadId)
    const byId = new Map(messages.map((message) => [message.id, message]))
    const branch = new Set<Message>()
    let next = byId.get(messageId)
    // It ends even where the service has them in a circle.
    for (; next && !branch.has(next); next = byId.get(next.parent_id ?? '')) branch.add(next)
    return [...branch].toReversed()
  }

  async findMessages(owner: Owner, threadId: string, ids: readonly string[]): Promise<Message[]> {
    if (ids.length === 0) return []
    const messages = await this.listMessages(owner, threadId)
    return messages.filter(({ id }) => ids.includes(id))
  }

  async beginThread(owner: Owner, exchange: Exchange): Promise<boolean> {
    const { threadId } = exchange
    if ((await this.#findThreadId(owner, threadId)) !== undefined) return false
    await this.#makeThread(owner, threadId, null)
    await this.addExchange(owner, exchange)
    return true
  }

  async addExchange(owner: Owner, { threadId, messages, resumed, run }: Exchange): Promise<void> {
    // First: where what follows fails, the run tells so in the reply, behind what that says so far.
    if (resumed) this.#replies.resume(owner, resumed, run?.runId ?? null)
    const id =
      (await this.#findThreadId(owner, threadId)) ?? (await this.#makeThread(owner, threadId, null))
    const client = this.#client(owner)
    if (messages.some((message) => this.#places.get(keyOf(owner, message.id))?.threadId === id))
      throw new AppError('id_taken', 'A message of this id exists already.')
    for (const message of messages) {
      const parentId =
        message.parent_id === null
          ? null
          : (this.#places.get(keyOf(owner, message.parent_id))?.messageId ?? message.parent_id)
      const asking = client.messages.create({
        params: { thread_id: id },
        body: {
          parent_id: parentId,
          format: messageFormat,
          content: contentOfMessage(message),
          external_id: message.id,
        },
      })
      const { message_id: messageId } = (await expectStatus(asking, 200, 201)).body
      this.#places.set(keyOf(owner, message.id), { threadId: id, messageId })
    }
    const activity = client.threads.update({
      params: { thread_id: id },
      body: { last_message_at: new Date().toISOString() },
    })
    await expectStatus(activity, 200)
    if (resumed) await this.#replies.write(owner, resumed.id)
  }

  /** The wire has no place for runs: each server knows its own. */
  async findRun(): Promise<undefined> {}

  async saveReplies(growths: readonly ReplyGrowth[]): Promise<void> {
    await this.#replies.save(growths)
  }

  async renewLease(): Promise<void> {}

  /** Nobody can be asked for all owners: what was cut is seen when it is read. */
  async failAbandoned(): Promise<string[]> {
    return []
  }

  async ping(): Promise<void> {
    await expectStatus(this.#client(localOwner).threads.list({ query: { limit: 1 } }), 200)
  }

  /** @returns all rows, parents first */
  async #readMessages(owner: Owner, threadId: string): Promise<CloudMessage[]> {
    const rows: CloudMessage[] = []
    for (;;) {
      const after = rows.at(-1)?.id
      const asking = this.#client(owner).messages.list({
        params: { thread_id: threadId },
        query: { format: messageFormat, limit: pageSize, ...(after !== undefined && { after }) },
      })
      const answer = await expectStatus(asking, 200, 404)
      if (answer.status === 404) return []
      rows.push(...answer.body.messages)
      if (answer.body.messages.length < pageSize) return rows.toSorted(olderFirst)
    }
  }

  async #makeThread(owner: Owner, threadId: string, title: string | null): Promise<string> {
    const asking = this.#client(owner).threads.create({
      body: {
        external_id: threadId,
        last_message_at: new Date().toISOString(),
        upsert: true,
        ...(title !== null && { title }),
      },
    })
    const { thread_id: id } = (await expectStatus(asking, 200, 201)).body
    this.#threadIds.set(keyOf(owner, threadId), id)
    return id
  }

  /** The service's id of a thread that this server knows by its own, or by the service's. */
  async #findThreadId(owner: Owner, threadId: string): Promise<string | undefined> {
    const key = keyOf(owner, threadId)
    const known = this.#threadIds.get(key)
    if (known !== undefined) return known
    const { threads } = this.#client(owner)
    for (const is_archived of [false, true]) {
      const asking = threads.list({ query: { external_id: threadId, is_archived, limit: 1 } })
      const [found] = (await expectStatus(asking, 200)).body.threads
      if (found !== undefined) return this.#threadIds.set(key, found.id)
    }
    const asking = threads.get({ params: { thread_id: threadId } })
    const answer = await expectStatus(asking, 200, 404)
    return answer.status === 200 ? this.#threadIds.set(key, threadId) : undefined
  }

  #client(owner: Owner) {
    return clientFor(this.#access, owner)
  }
}

/** In a millisecond, parents before children. */
function olderFirst(a: CloudMessage, b: CloudMessage): number {
  return (
    Date.parse(a.created_at) - Date.parse(b.created_at) ||
    a.height - b.height ||
    (a.id < b.id ? -1 : 1)
  )
}

function cutIfStale(message: Message, { updated_at }: CloudMessage): Message {
  const isStale = Date.now() - Date.parse(updated_at) > staleAfterMs
  if (message.status !== 'streaming' || !isStale) return message
  const error = createProblem('run_interrupted', 'The server stopped in the middle of the reply.')
  return { ...message, status: 'failed', error }
}
