import { randomUUID } from 'node:crypto'
import type { ChatMessage, ChatRequest, UIMessageChunk } from '@assistant-ui-proxy/contract'
import { AppError } from '../app-error.ts'
import type { Owner } from '../identity/owner.ts'
import type { Exchange, RunClaim, ThreadStore } from '../threads/thread-store.ts'
import { createReply, placeBranch, type PlacedBranch } from './branch.ts'
import { prefaceOf } from './preface.ts'
import { withQuote } from './quoted.ts'
import type { UpstreamRequest } from './upstream.ts'

/** What an upstream is asked, and the reply that is to come. */
export interface Conversation extends UpstreamRequest {
  readonly replyId: string
  /** Of a reply that goes on: what was there of it. */
  readonly preface?: readonly UIMessageChunk[]
  readonly isStored: boolean
}

/** A conversation that goes on, and what of it is to be stored first; undefined: nothing. */
export interface OpenedConversation {
  readonly conversation: Conversation
  readonly exchange: Exchange | undefined
}

/** Where a request's messages are in the tree of a thread. */
interface Place extends PlacedBranch {
  readonly threadId: string
  /** What was said before them. */
  readonly earlier: readonly ChatMessage[]
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
  const { id, messages } = request
  if (id !== undefined)
    return openAt(await findPlace(store, owner, { ...request, id }), request, run)
  const last = messages.at(-1)
  const replyId = (last?.role === 'assistant' ? last.id : undefined) ?? randomUUID()
  return { conversation: { ...askedOf(request), replyId, isStored: false }, exchange: undefined }
}

/**
 * The same of a request that begins a thread, as far as it tells: nothing is read.
 * @returns undefined where it goes on from something
 */
export function openNewThread(request: ChatRequest, run: RunClaim) {
  const { id: threadId, messages, parent_id: parentId } = request
  const isFirst = messages.length === 1 && messages[0]?.role === 'user'
  if (threadId === undefined || typeof parentId === 'string' || !isFirst) return undefined
  return openAt({ threadId, earlier: [], ...placeBranch([], messages, null) }, request, run)
}

function openAt({ threadId, earlier, added, leafId }: Place, request: ChatRequest, run: RunClaim) {
  const conversation = { ...askedOf(request, earlier), isStored: true }
  const last = request.messages.at(-1)
  // A reply that waited for the results of its tools goes on.
  if (last?.role === 'assistant') {
    const resumed = { id: leafId, parts: last.parts }
    const exchange: Exchange = { threadId, messages: added, resumed, run }
    const preface = prefaceOf(request, leafId)
    return { conversation: { ...conversation, replyId: leafId, preface }, exchange }
  }
  const reply = createReply(leafId)
  const exchange: Exchange = { threadId, messages: [...added, reply], run }
  return { conversation: { ...conversation, replyId: reply.id }, exchange }
}

async function findPlace(
  store: ThreadStore,
  owner: Owner,
  { id: threadId, messages, parent_id: parentId }: ChatRequest & { id: string },
): Promise<Place> {
  const [earlier, stored] = await Promise.all([
    typeof parentId === 'string' ? store.listBranch(owner, threadId, parentId) : [],
    parentId === undefined
      ? store.listMessages(owner, threadId)
      : store.findMessages(owner, threadId, idsOf(messages)),
  ])
  if (typeof parentId === 'string' && earlier.length === 0)
    throw new AppError('message_not_found', `The thread has no message ${parentId} to go on from.`)
  // A reply that failed before its first word says nothing to a model.
  const spoken = earlier.filter((message) => message.parts.length > 0)
  return { threadId, earlier: spoken, ...placeBranch(stored, messages, parentId ?? null) }
}

function askedOf(
  { system, messages, model, tools, callSettings, config }: ChatRequest,
  earlier: readonly ChatMessage[] = [],
): UpstreamRequest {
  const first = system === undefined ? [] : [systemMessage(system)]
  const reasoningEffort = config?.reasoningEffort
  return {
    messages: [...first, ...earlier, ...messages].map(withQuote),
    model,
    tools,
    callSettings,
    reasoningEffort,
  }
}

function systemMessage(text: string): ChatMessage {
  return { role: 'system', parts: [{ type: 'text', text }] }
}

function idsOf(messages: readonly ChatMessage[]): string[] {
  return messages.flatMap((message) => message.id ?? [])
}
