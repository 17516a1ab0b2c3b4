import { textOfParts, type ChatMessage, type UIMessageChunk } from '@assistant-ui-proxy/contract'
import { Agent } from 'undici'
import type { Upstream, UpstreamRequest } from '../../../chat/upstream.ts'
import { postForEvents } from '../post-for-events.ts'
import { createRemoteMapping } from './remote-mapping.ts'

/**
 * Another server of this kind: `POST {baseUrl}/api/chat {messages, stream: true}`, answered with
 * `data:` events of text or of UI message chunks until `[DONE]`.
 */
export function createRemoteUpstream(baseUrl: string) {
  const agent = new Agent()
  const url = new URL(`${baseUrl}/api/chat`)
  const upstream: Upstream = {
    name: 'remote',
    description: `remote, ${baseUrl}`,
    stream: (request, signal) => streamChat(agent, url, request, signal),
  }
  return { upstream, close: () => agent.destroy() }
}

async function* streamChat(
  agent: Agent,
  url: URL,
  { messages }: UpstreamRequest,
  signal: AbortSignal,
): AsyncGenerator<readonly UIMessageChunk[]> {
  const map = createRemoteMapping()
  const body = { messages: messages.map(toRemoteMessage), stream: true }
  for await (const events of postForEvents(agent, { url, body, signal })) {
    const chunks = events.flatMap(map)
    if (chunks.length > 0) yield chunks
  }
}

/** Plain text goes as the original plan's `{role, content}`; what that cannot say, as parts beside it. */
function toRemoteMessage({ role, parts }: ChatMessage) {
  const content = textOfParts(parts)
  return parts.every((part) => part.type === 'text') ? { role, content } : { role, content, parts }
}
