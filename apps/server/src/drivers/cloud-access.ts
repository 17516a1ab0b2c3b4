import type { Owner } from '../identity/owner.ts'

export interface AssistantCloudAccess {
  /** Without `/v1`. */
  readonly baseUrl: string
  /** Undefined: it lets everybody in, as one user. */
  readonly apiKey: string | undefined
}

/** Who asks, as the service wants to hear it. */
export function headersFor(apiKey: string | undefined, owner: Owner): Record<string, string> {
  if (apiKey === undefined) return {}
  return {
    authorization: `Bearer ${apiKey}`,
    'aui-user-id': owner.userId,
    'aui-workspace-id': owner.workspaceId,
  }
}
