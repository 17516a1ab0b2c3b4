import { initClient } from '@ts-rest/core'
import { createFetcher, type ClientOptions } from '../fetcher.ts'
import { assistantCloudContract } from './assistant-cloud-contract.ts'

export type AssistantCloudClient = ReturnType<typeof createAssistantCloudClient>

/**
 * The typed client of Assistant Cloud's wire.
 * @param baseUrl of the service, without `/v1` and without a slash at the end
 * @param options `headers` gives `Authorization`, and for an API key `Aui-User-Id` and
 *   `Aui-Workspace-Id`
 */
export function createAssistantCloudClient(baseUrl: string, options: ClientOptions = {}) {
  const api = createFetcher(options)
  return initClient(assistantCloudContract, { baseUrl, baseHeaders: {}, api })
}
