import type { Owner } from '../../../identity/owner.ts'

/** Where a message is kept, by the service's ids. */
export interface CloudIds {
  readonly threadId: string
  readonly messageId: string
}

/** Of a thread or a message, by the id that this server has for it. */
export function keyOf({ workspaceId, userId }: Owner, id: string): string {
  return JSON.stringify([workspaceId, userId, id])
}
