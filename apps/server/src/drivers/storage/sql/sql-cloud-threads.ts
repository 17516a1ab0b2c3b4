import { sql, type Kysely, type Selectable } from 'kysely'
import type {
  CloudThreadChange,
  CloudThreadQuery,
  CloudThreadRecord,
  CloudThreads,
  NewCloudThreadRecord,
} from '../../../cloud/cloud-store.ts'
import type { Owner } from '../../../identity/owner.ts'
import { limitOf } from './limit-of.ts'
import { now } from './now.ts'
import { columnsOf, ownedBy, ownerOfRow } from './owner-columns.ts'
import { jsonOrNull, threadColumns, threadOfRow } from './rows.ts'
import type { Schema, ThreadTable } from './schema.ts'
import type { SqlDatabase } from './sql-database.ts'
import { eraseData } from './sql-owner-data.ts'

const cloudThreadColumns = [
  ...threadColumns,
  'workspace_id',
  'user_id',
  'external_id',
  'metadata',
] as const

/** `CloudThreads` over the database of a `SqlThreadStore`. */
export class SqlCloudThreads implements CloudThreads {
  readonly #database: SqlDatabase
  readonly #db: Kysely<Schema>

  constructor(database: SqlDatabase) {
    this.#database = database
    this.#db = database.db
  }

  async list(
    owner: Owner | undefined,
    { limit, is_archived, after, external_id }: CloudThreadQuery,
  ): Promise<CloudThreadRecord[]> {
    let select = this.#db
      .selectFrom('threads')
      .select(cloudThreadColumns)
      .where('is_archived', '=', is_archived ? 1 : 0)
      .orderBy('last_message_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limitOf(limit))
    if (owner !== undefined) select = select.where(ownedBy(owner))
    if (external_id !== undefined) select = select.where('external_id', '=', external_id)
    const lastOwner = after === undefined ? undefined : (owner ?? (await this.findOwner(after)))
    const last = lastOwner && after && (await this.get(lastOwner, after))
    if (last)
      select = select.where(({ eb, refTuple, tuple }) =>
        eb(refTuple('last_message_at', 'id'), '<', tuple(last.last_message_at, last.id)),
      )
    return (await select.execute()).map(recordOfThread)
  }

  async get(owner: Owner, threadId: string): Promise<CloudThreadRecord | undefined> {
    const row = await this.#db
      .selectFrom('threads')
      .select(cloudThreadColumns)
      .where(ownedBy(owner))
      .where('id', '=', threadId)
      .executeTakeFirst()
    return row && recordOfThread(row)
  }

  async findOwner(threadId: string): Promise<Owner | undefined> {
    const row = await this.#db
      .selectFrom('threads')
      .select(['workspace_id', 'user_id'])
      .where('id', '=', threadId)
      .orderBy('last_message_at', 'desc')
      .executeTakeFirst()
    return row && ownerOfRow(row)
  }

  async add(owner: Owner, thread: NewCloudThreadRecord): Promise<string> {
    const time = now()
    // Again where the one that was in the way is gone by the time it is looked for.
    for (;;) {
      const added = await this.#db
        .insertInto('threads')
        .values({
          ...columnsOf(owner),
          ...thread,
          metadata: jsonOrNull(thread.metadata),
          is_archived: 0,
          created_at: time,
          updated_at: time,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst()
      const known =
        added ??
        (await this.#db
          .selectFrom('threads')
          .select('id')
          .where(ownedBy(owner))
          .where(({ or, eb }) =>
            or([eb('external_id', '=', thread.external_id), eb('id', '=', thread.id)]),
          )
          .executeTakeFirst())
      if (known !== undefined) return known.id
    }
  }

  async change(owner: Owner, threadId: string, change: CloudThreadChange): Promise<boolean> {
    const { title, is_archived, metadata, last_message_at } = change
    const { numUpdatedRows } = await this.#db
      .updateTable('threads')
      .set({
        updated_at: now(),
        ...(title !== undefined && { title, is_title_indexed: 0 }),
        ...(is_archived !== undefined && { is_archived: is_archived ? 1 : 0 }),
        ...(metadata !== undefined && { metadata: jsonOrNull(metadata) }),
        ...(last_message_at !== undefined && { last_message_at }),
      })
      .where(ownedBy(owner))
      .where('id', '=', threadId)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  async listWriting(owner: Owner): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('messages')
      .select('thread_id')
      .distinct()
      .where(ownedBy(owner))
      .where('status', '=', sql.lit('streaming'))
      .execute()
    return rows.map((row) => row.thread_id)
  }

  erase(owner: Owner): Promise<number> {
    return eraseData(this.#database, owner)
  }
}

function recordOfThread(
  row: Pick<Selectable<ThreadTable>, (typeof cloudThreadColumns)[number]>,
): CloudThreadRecord {
  const { workspace_id, user_id, external_id, metadata, ...thread } = row
  return {
    ...threadOfRow(thread),
    owner: ownerOfRow({ workspace_id, user_id }),
    external_id,
    metadata: metadata === null ? undefined : (JSON.parse(metadata) as unknown),
  }
}
