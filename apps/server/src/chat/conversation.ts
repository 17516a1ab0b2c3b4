import { randomUUID } from 'node:crypto'
import {
  emptyReply,
  type ChatMessage,
  type ChatRequest,
  type Reply,
} from '@assistant-ui-proxy/contract'
import { AppError } from '../app-error.ts'
import type { Owner } from '../identity/owner.ts'
import type { RunClaim, ThreadStore } from '../threads/thread-store.ts'
import { createReply, placeBranch } from './branch.ts'
import type { UpstreamRequest } from './upstream.ts'

/** What an upstream is asked, and the reply that is to come. */
export interface Conversation extends UpstreamRequest {
  readonly replyId: string
  /** As far as the reply is there already: one that waited for the results of its tools goes on. */
  readonly reply: Reply
  readonly isStored: boolean
}

/**
 * Reads a request against the stored tree, and stores what is new in it together with a reply that
 * says nothing yet. Without a thread nothing is read or stored.
 * @throws AppError `message_not_found`, `id_taken`
 * @throws RunConflict
 */
export async function openConversation(
  store: ThreadStore,
  owner: Owner,
  request: ChatRequest,
  run: RunClaim,
): Promise<Conversation> {
  const { messages, model, tools } = request
  const begun = continuedReply(messages)
  const system = request.system === undefined ? [] : [systemMessage(request.system)]
  if (request.id === undefined)
    return {
      messages: [...system, ...messages],
      model,
      tools,
      replyId: messages.at(-1)?.role === 'assistant' ? lastId(messages) : randomUUID(),
      reply: begun,
      isStored: false,
    }
  const { earlier, replyId } = await addToThread(store, owner, { ...request, id: request.id }, run)
  return {
    messages: [...system, ...earlier, ...messages],
    model,
    tools,
    replyId,
    reply: begun,
    isStored: true,
  }
}

async function addToThread(
  store: ThreadStore,
  owner: Owner,
  { id: threadId, messages, parent_id: parentId }: ChatRequest & { id: string },
  run: RunClaim,
): Promise<{ earlier: ChatMessage[]; replyId: string }> {
  const earlier =
    typeof parentId === 'string' ? await store.listBranch(owner, threadId, parentId) : []
  if (typeof parentId === 'string' && earlier.length === 0)
    throw new AppError('message_not_found', `The thread has no message ${parentId} to go on from.`)
  const stored =
    parentId === undefined
      ? await store.listMessages(owner, threadId)
      : await store.findMessages(owner, threadId, idsOf(messages))
  const { added, leafId } = placeBranch(stored, messages, parentId ?? null)
  // A reply that failed before its first word says nothing to a model.
  const spoken = earlier.filter((message) => message.parts.length > 0)
  const last = messages.at(-1)
  if (last?.role === 'assistant') {
    const resumed = { id: leafId, parts: last.parts }
    await store.addExchange(owner, { threadId, messages: added, resumed, run })
    return { earlier: spoken, replyId: leafId }
  }
  const reply = createReply(leafId)
  await store.addExchange(owner, { threadId, messages: [...added, reply], run })
  return { earlier: spoken, replyId: reply.id }
}

function continuedReply(messages: readonly ChatMessage[]): Reply {
  const last = messages.at(-1)
  return last?.role === 'assistant' ? { ...emptyReply, parts: last.parts } : emptyReply
}

function lastId(messages: readonly ChatMessage[]): string {
  return messages.at(-1)?.id ?? randomUUID()
}

function systemMessage(text: string): ChatMessage {
  return { role: 'system', parts: [{ type: 'text', text }] }
}

function idsOf(messages: readonly ChatMessage[]): string[] {
  return messages.flatMap((message) => message.id ?? [])
}
