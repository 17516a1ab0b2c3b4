import { randomUUID } from 'node:crypto'
import type { ChatMessage, ChatRequest } from '@assistant-ui-proxy/contract'
import { AppError } from '../app-error.ts'
import type { Owner } from '../identity/owner.ts'
import type { Exchange, RunClaim, ThreadStore } from '../threads/thread-store.ts'
import { createReply, placeBranch, type PlacedBranch } from './branch.ts'
import type { UpstreamRequest } from './upstream.ts'

/** What an upstream is asked, and the reply that is to come. */
export interface Conversation extends UpstreamRequest {
  readonly replyId: string
  readonly isStored: boolean
}

/** A conversation that goes on, and what of it is to be stored first; undefined: nothing. */
export interface OpenedConversation {
  readonly conversation: Conversation
  readonly exchange: Exchange | undefined
}

/**
 * Reads a request against the stored tree, for what is new in it and the reply that it asks for. Without
 * a thread nothing is read or stored.
 * @throws AppError `message_not_found`
 */
export async function openConversation(
  store: ThreadStore,
  owner: Owner,
  request: ChatRequest,
  run: RunClaim,
): Promise<OpenedConversation> {
  const { id: threadId, messages, model, tools } = request
  const system = request.system === undefined ? [] : [systemMessage(request.system)]
  const open = (earlier: readonly ChatMessage[], replyId: string, exchange?: Exchange) => {
    const conversation = { messages: [...system, ...earlier, ...messages], model, tools, replyId }
    return { conversation: { ...conversation, isStored: exchange !== undefined }, exchange }
  }
  const last = messages.at(-1)
  const isResumed = last?.role === 'assistant'
  if (threadId === undefined) return open([], (isResumed ? last.id : undefined) ?? randomUUID())
  const { earlier, added, leafId } = await findPlace(store, owner, { ...request, id: threadId })
  // A reply that waited for the results of its tools goes on.
  if (isResumed) {
    const resumed = { id: leafId, parts: last.parts }
    return open(earlier, leafId, { threadId, messages: added, resumed, run })
  }
  const reply = createReply(leafId)
  return open(earlier, reply.id, { threadId, messages: [...added, reply], run })
}

/** @returns what was said before the request's messages, and where these are in the tree */
async function findPlace(
  store: ThreadStore,
  owner: Owner,
  { id: threadId, messages, parent_id: parentId }: ChatRequest & { id: string },
): Promise<PlacedBranch & { earlier: ChatMessage[] }> {
  const earlier =
    typeof parentId === 'string' ? await store.listBranch(owner, threadId, parentId) : []
  if (typeof parentId === 'string' && earlier.length === 0)
    throw new AppError('message_not_found', `The thread has no message ${parentId} to go on from.`)
  const stored =
    parentId === undefined
      ? await store.listMessages(owner, threadId)
      : await store.findMessages(owner, threadId, idsOf(messages))
  // A reply that failed before its first word says nothing to a model.
  const spoken = earlier.filter((message) => message.parts.length > 0)
  return { ...placeBranch(stored, messages, parentId ?? null), earlier: spoken }
}

function systemMessage(text: string): ChatMessage {
  return { role: 'system', parts: [{ type: 'text', text }] }
}

function idsOf(messages: readonly ChatMessage[]): string[] {
  return messages.flatMap((message) => message.id ?? [])
}
