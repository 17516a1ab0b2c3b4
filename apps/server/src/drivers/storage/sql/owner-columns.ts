import { sql, type RawBuilder } from 'kysely'
import type { Owner } from '../../../identity/owner.ts'

interface OwnerColumns {
  readonly workspace_id: string
  readonly user_id: string
}

/** Names a thread. */
export interface ThreadKey extends Owner {
  readonly threadId: string
}

/** A condition on the rows of one table: they are this owner's. */
export function ownedBy({ workspaceId, userId }: Owner): RawBuilder<boolean> {
  return sql<boolean>`workspace_id = ${workspaceId} and user_id = ${userId}`
}

export function columnsOf({ workspaceId, userId }: Owner): OwnerColumns {
  return { workspace_id: workspaceId, user_id: userId }
}

export function ownerOfRow({ workspace_id, user_id }: OwnerColumns): Owner {
  return { workspaceId: workspace_id, userId: user_id }
}
