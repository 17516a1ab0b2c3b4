import {
  createEventReader,
  type ChatMessage,
  textOfParts,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import { Agent, type Dispatcher } from 'undici'
import { AppError } from '../../../app-error.ts'
import type { Upstream, UpstreamRequest } from '../../../chat/upstream.ts'
import { createRemoteMapping } from './remote-mapping.ts'

/**
 * Another server of this kind: `POST {baseUrl}/api/chat {messages, stream: true}`, answered with
 * `data:` events of text or of UI message chunks until `[DONE]`.
 */
export function createRemoteUpstream(baseUrl: string) {
  const agent = new Agent({ connections: null })
  const upstream: Upstream = {
    name: 'remote',
    description: `remote, ${baseUrl}`,
    stream: (request, signal) => streamChat(agent, baseUrl, request, signal),
  }
  return { upstream, close: () => agent.destroy() }
}

async function* streamChat(
  agent: Agent,
  baseUrl: string,
  { messages }: UpstreamRequest,
  signal: AbortSignal,
): AsyncGenerator<readonly UIMessageChunk[]> {
  const response = await send(agent, baseUrl, messages, signal)
  await assertEventStream(response)
  const events = createEventReader()
  const map = createRemoteMapping()
  try {
    for await (const bytes of response.body as AsyncIterable<Buffer>) {
      const chunks = events.read(bytes).flatMap(map)
      if (chunks.length > 0) yield chunks
    }
  } catch (error) {
    throw signal.aborted || !isSocketError(error)
      ? error
      : new AppError('upstream_interrupted', 'The connection to the upstream broke in mid-reply.', {
          cause: error,
        })
  }
}

async function send(
  agent: Agent,
  baseUrl: string,
  messages: readonly ChatMessage[],
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const { origin, pathname } = new URL(`${baseUrl}/api/chat`)
  try {
    return await agent.request({
      origin,
      path: pathname,
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ messages: messages.map(toRemoteMessage), stream: true }),
      signal,
    })
  } catch (cause) {
    if (signal.aborted) throw cause
    throw new AppError('upstream_unreachable', `The upstream at ${origin} cannot be reached.`, {
      cause,
    })
  }
}

/** Plain text goes as the original plan's `{role, content}`; what that cannot say, as parts beside it. */
function toRemoteMessage({ role, parts }: ChatMessage) {
  const content = textOfParts(parts)
  return parts.every((part) => part.type === 'text') ? { role, content } : { role, content, parts }
}

async function assertEventStream({
  statusCode,
  headers,
  body,
}: Dispatcher.ResponseData): Promise<void> {
  const type = String(headers['content-type'] ?? '')
  if (statusCode === 200 && type.startsWith('text/event-stream')) return
  // Reading the rest, within bounds, keeps the connection for the next request.
  await body.dump({ limit: 65_536 }).catch(() => undefined)
  throw statusCode === 200
    ? new AppError('upstream_protocol', 'The upstream did not answer with an event stream.')
    : new AppError('upstream_error', `The upstream answered with status ${statusCode}.`)
}

function isSocketError(error: unknown): boolean {
  return error instanceof Error && 'code' in error
}
