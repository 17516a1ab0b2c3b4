import type { Kysely, Selectable } from 'kysely'
import type { FileRecord, FileRecords } from '../../../files/file-records.ts'
import type { Owner } from '../../../identity/owner.ts'
import { limitOf } from './limit-of.ts'
import { columnsOf, ownedBy, ownerOfRow } from './owner-columns.ts'
import type { SqlDatabase } from './sql-database.ts'
import type { Schema } from './schema.ts'

/** Where all are wanted. */
const maxLimit = Number.MAX_SAFE_INTEGER

/** `FileRecords` beside the threads, in the same database. */
export class SqlFileRecords implements FileRecords {
  readonly #db: Kysely<Schema>

  constructor({ db }: SqlDatabase) {
    this.#db = db
  }

  async add({ id, owner, filename, createdAt }: Omit<FileRecord, 'upload'>): Promise<void> {
    await this.#db
      .insertInto('files')
      .values({
        id,
        ...columnsOf(owner),
        filename,
        created_at: createdAt,
      })
      .execute()
  }

  async find(owner: Owner | undefined, id: string): Promise<FileRecord | undefined> {
    const select = this.#db.selectFrom('files').selectAll().where('id', '=', id)
    const row = await (owner ? select.where(ownedBy(owner)) : select).executeTakeFirst()
    return row && recordOf(row)
  }

  async claim(id: string, mediaType: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('files')
      .set({ media_type: mediaType })
      .where('id', '=', id)
      .where('media_type', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  async release(id: string): Promise<void> {
    await this.#db.updateTable('files').set({ media_type: null }).where('id', '=', id).execute()
  }

  async complete(id: string, size: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('files')
      .set({ size })
      .where('id', '=', id)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  async listAbandoned(before: string, limit: number): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('files')
      .select('id')
      .where('size', 'is', null)
      .where('created_at', '<', before)
      .limit(limitOf(limit))
      .execute()
    return rows.map(({ id }) => id)
  }

  async listOf(owner: Owner, limit = maxLimit): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('files')
      .select('id')
      .where(ownedBy(owner))
      .limit(limitOf(limit))
      .execute()
    return rows.map(({ id }) => id)
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.#db.deleteFrom('files').where('id', 'in', ids).execute()
  }
}

function recordOf(row: Selectable<Schema['files']>): FileRecord {
  const { id, filename, created_at, media_type, size } = row
  return {
    id,
    owner: ownerOfRow(row),
    filename,
    createdAt: created_at,
    upload: media_type === null || size === null ? undefined : { mediaType: media_type, size },
  }
}
