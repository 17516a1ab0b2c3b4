import type { Transaction } from 'kysely'
import type { Owner } from '../../../identity/owner.ts'
import type { Engine } from './engine.ts'
import { ownedBy } from './owner-columns.ts'
import type { Schema } from './schema.ts'

/**
 * Keeps a thread from being deleted until the transaction is over, so that a row may refer to it.
 * @returns whether there is such a thread
 */
export async function lockThread(
  transaction: Transaction<Schema>,
  engine: Engine,
  owner: Owner,
  threadId: string,
): Promise<boolean> {
  const select = transaction
    .selectFrom('threads')
    .select('id')
    .where(ownedBy(owner))
    .where('id', '=', threadId)
  // In SQLite nobody else writes meanwhile.
  const row = await (engine === 'postgres' ? select.forKeyShare() : select).executeTakeFirst()
  return row !== undefined
}
