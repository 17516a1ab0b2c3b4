import {
  modelSchema,
  textOfParts,
  type ChatMessage,
  type Model,
} from '@assistant-ui-proxy/contract'
import type { Agent } from 'undici'
import { z } from 'zod'
import { AppError, problemOf } from '../../../app-error.ts'
import type { Upstream } from '../../../chat/upstream.ts'
import { localOwner } from '../../../identity/owner.ts'
import { headersFor, type AssistantCloudAccess } from '../../cloud-access.ts'
import { getJson } from '../get-json.ts'
import { streamEvents } from '../stream-events.ts'
import { RemoteMapping } from './remote-mapping.ts'

/**
 * Another server of this kind: `POST {baseUrl}/api/chat {messages, stream: true}`, answered with
 * `data:` events of text or of UI message chunks until `[DONE]`.
 */
export function createRemoteUpstream(agent: Agent, access: AssistantCloudAccess): Upstream {
  const { baseUrl, apiKey } = access
  const headers = headersFor(apiKey, localOwner)
  const url = new URL(`${baseUrl}/api/chat`)
  return {
    name: 'remote',
    description: `remote, ${baseUrl}`,
    stream: ({ messages, model, tools, callSettings, reasoningEffort }, sink, signal) => {
      const asked = { model, tools, callSettings, config: reasoningEffort && { reasoningEffort } }
      const body = { messages: messages.map(toRemoteMessage), ...asked, stream: true }
      return streamEvents(agent, { url, headers, body, signal }, new RemoteMapping(), sink)
    },
    listModels: () => listRemoteModels(agent, baseUrl, headers),
  }
}

/** Plain text goes as the original plan's `{role, content}`; what that cannot say, as parts beside it. */
function toRemoteMessage({ role, parts }: ChatMessage) {
  const content = textOfParts(parts)
  return parts.every((part) => part.type === 'text') ? { role, content } : { role, content, parts }
}

/** Servers of the original plan know no models: they offer no choice. */
async function listRemoteModels(
  agent: Agent,
  baseUrl: string,
  headers: Record<string, string>,
): Promise<readonly Model[]> {
  const url = new URL(`${baseUrl}/api/models`)
  const answer = await getJson(agent, url, headers).catch((error: unknown) => {
    if (problemOf(error)?.code === 'upstream_rejected') return []
    throw error
  })
  const models = z.array(modelSchema).safeParse(answer)
  if (models.success) return models.data
  throw new AppError('upstream_protocol', 'The upstream did not answer with a list of models.')
}
