import type { Agent } from 'undici'
import type { Upstream } from '../../../chat/upstream.ts'
import { localOwner } from '../../../identity/owner.ts'
import { headersFor, type AssistantCloudAccess } from '../../cloud-access.ts'
import { RemoteMapping } from '../remote/remote-mapping.ts'
import { streamEvents } from '../stream-events.ts'

/** An assistant that Assistant Cloud hosts; its answer is a UI message stream. */
export function createAssistantCloudUpstream(
  agent: Agent,
  access: AssistantCloudAccess,
  assistantId: string,
): Upstream {
  const url = new URL(`${access.baseUrl}/v1/runs/stream`)
  const headers = headersFor(access.apiKey, localOwner)
  return {
    name: 'assistant-cloud',
    description: `assistant-cloud, ${assistantId} at ${access.baseUrl}`,
    stream: ({ messages }, sink, signal) => {
      const body = {
        // As the service's own client says it where the assistant keeps no thread.
        thread_id: 'unstable_todo',
        assistant_id: assistantId,
        response_format: 'vercel-ai-data-stream/v1',
        messages,
      }
      return streamEvents(agent, { url, headers, body, signal }, new RemoteMapping(), sink)
    },
    listModels: async () => [],
  }
}
