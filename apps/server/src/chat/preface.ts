import {
  chunksOfMessage,
  type ChatRequest,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'

/**
 * What a reply that goes on has said before. It stands before the run's own events, for those who follow the
 * reply from its beginning; who sends the request has it, and is given what follows it.
 */
export function prefaceOf({ messages }: ChatRequest, replyId: string): UIMessageChunk[] {
  const last = messages.at(-1)
  if (last?.role !== 'assistant') return []
  const { parts, metadata } = last
  return chunksOfMessage({ id: replyId, parts, metadata, status: 'streaming', error: null })
}
