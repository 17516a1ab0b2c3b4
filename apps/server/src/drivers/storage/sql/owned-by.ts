import { sql, type RawBuilder } from 'kysely'
import type { Owner } from '../../../identity/owner.ts'

/** A condition on the rows of one table: they are this owner's. */
export function ownedBy({ workspaceId, userId }: Owner): RawBuilder<boolean> {
  return sql<boolean>`workspace_id = ${workspaceId} and user_id = ${userId}`
}
