import { errorChunk, type ChatRequest } from '@assistant-ui-proxy/contract'
import { problemOf } from '../app-error.ts'
import type { Owner } from '../identity/owner.ts'
import type { RunClaim, ThreadStore } from '../threads/thread-store.ts'
import { openConversation, openNewThread, type Conversation } from './conversation.ts'
import { GrowingReply } from './growing-reply.ts'
import type { ReplyWriter } from './reply-writer.ts'

/**
 * Stores what a request says and the reply that is to come, where it has a thread.
 * @param writer ends a reply that nobody is going to write
 * @returns what its upstream is asked
 * @throws AppError `message_not_found`, and what the store throws
 */
export async function storeConversation(
  store: ThreadStore,
  writer: ReplyWriter,
  owner: Owner,
  request: ChatRequest,
  run: RunClaim,
): Promise<Conversation> {
  const keep = async <Kept>(storing: Promise<Kept>, { replyId }: Conversation): Promise<Kept> => {
    try {
      return await storing
    } catch (error) {
      const problem = problemOf(error)
      // It may have been stored all the same.
      if (problem?.code === 'storage_unavailable') {
        const reply = new GrowingReply({ owner, messageId: replyId, runId: run.runId })
        reply.add([errorChunk(problem)], 0)
        writer.finish(reply).catch(() => undefined)
      }
      throw error
    }
  }
  const begun = openNewThread(request, run)
  if (begun && (await keep(store.beginThread(owner, begun.exchange), begun.conversation)))
    return begun.conversation
  const { conversation, exchange } = await openConversation(store, owner, request, run)
  if (exchange !== undefined) await keep(store.addExchange(owner, exchange), conversation)
  return conversation
}
