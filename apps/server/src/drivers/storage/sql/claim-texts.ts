import { textOfParts, type MessagePart } from '@assistant-ui-proxy/contract'
import { sql, type Kysely } from 'kysely'
import type { IndexedText, PendingText } from '../../../search/search-index.ts'
import type { Engine } from './engine.ts'
import { tableOf } from './json-table.ts'
import { ownedBy } from './owner-columns.ts'
import type { Schema } from './schema.ts'

/**
 * Marks texts as indexed. In PostgreSQL those that another writes at the moment are left for the next time.
 * @param db the transaction that indexes them
 * @returns those that were still to be indexed, and are what they were
 */
export async function claimTexts(
  db: Kysely<Schema>,
  engine: Engine,
  texts: readonly IndexedText[],
): Promise<IndexedText[]> {
  if (engine === 'postgres') await lockThreads(db, engine, texts)
  const claimed: IndexedText[] = []
  for (const text of texts)
    if (text.messageId === undefined && (await claimTitle(db, text))) claimed.push(text)
  const messages = texts.filter(({ messageId }) => messageId !== undefined)
  if (messages.length > 0) claimed.push(...(await claimMessages(db, engine, messages)))
  return claimed
}

/** Workspace, user, thread, and message or null. */
export function keyOf({ owner, threadId, messageId }: PendingText) {
  return [owner.workspaceId, owner.userId, threadId, messageId ?? null]
}

/** First, as all do that write to a thread or delete it: none then waits for what another waits for. */
async function lockThreads(
  db: Kysely<Schema>,
  engine: Engine,
  texts: readonly IndexedText[],
): Promise<void> {
  await sql`
    select 1 from ${tableOf(engine, texts.map(keyOf))}
    join threads t on t.workspace_id = r.value ->> 0 and t.user_id = r.value ->> 1 and t.id = r.value ->> 2
    order by t.workspace_id, t.user_id, t.id for key share of t`.execute(db)
}

async function claimTitle(db: Kysely<Schema>, title: PendingText): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('threads')
    .set({ is_title_indexed: 1 })
    .where(ownedBy(title.owner))
    .where('id', '=', title.threadId)
    .where('is_title_indexed', '=', 0)
    .where('title', '=', title.text)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

interface PendingRow {
  readonly sequence: number
  readonly workspace_id: string
  readonly user_id: string
  readonly id: string
  readonly parts: string
}

async function claimMessages(
  db: Kysely<Schema>,
  engine: Engine,
  messages: readonly IndexedText[],
): Promise<IndexedText[]> {
  // SQLite keeps the order of a cross join: these few are looked up, and not all that are pending read.
  const { rows } = await sql<PendingRow>`
    select m.sequence, m.workspace_id, m.user_id, m.id, m.parts
    from ${tableOf(engine, messages.map(keyOf))} cross join messages m
    where m.workspace_id = r.value ->> 0 and m.user_id = r.value ->> 1 and m.id = r.value ->> 3
      and m.is_indexed = 0 and m.status <> 'streaming'
    ${engine === 'postgres' ? sql`for no key update of m skip locked` : sql``}`.execute(db)
  const rowsByKey = new Map(
    rows.map((row) => [JSON.stringify([row.workspace_id, row.user_id, row.id]), row]),
  )
  const sequences: number[] = []
  const claimed = messages.filter(({ owner, messageId, text }) => {
    const row = rowsByKey.get(JSON.stringify([owner.workspaceId, owner.userId, messageId]))
    if (row === undefined || textOfParts(JSON.parse(row.parts) as MessagePart[]) !== text)
      return false
    sequences.push(row.sequence)
    return true
  })
  if (sequences.length > 0)
    await db
      .updateTable('messages')
      .set({ is_indexed: 1 })
      .where('sequence', 'in', sequences)
      .execute()
  return claimed
}
