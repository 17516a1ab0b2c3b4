import type { Kysely, Selectable } from 'kysely'
import type { Report, ReportQuery, Reports } from '../../../cloud/cloud-store.ts'
import { columnsOf, ownedBy, ownerOfRow } from './owner-columns.ts'
import type { Schema } from './schema.ts'
import { transact } from './transact.ts'

/** `Reports` over the database of a `SqlThreadStore`. */
export class SqlReports implements Reports {
  readonly #db: Kysely<Schema>

  constructor(db: Kysely<Schema>) {
    this.#db = db
  }

  async add(reports: readonly Report[]): Promise<void> {
    await transact(this.#db, async (transaction) => {
      for (const { kind, owner, thread_id, message_id } of reports)
        if (kind === 'feedback')
          await transaction
            .deleteFrom('reports')
            .where(ownedBy(owner))
            .where('kind', '=', kind)
            .where('thread_id', '=', thread_id)
            .where('message_id', '=', message_id)
            .execute()
      const rows = reports.map(({ owner, body, ...report }) => ({
        ...report,
        ...columnsOf(owner),
        body: JSON.stringify(body),
      }))
      await transaction.insertInto('reports').values(rows).execute()
    })
  }

  async list({ kind, thread_id, limit, after }: ReportQuery): Promise<Report[]> {
    let select = this.#db
      .selectFrom('reports')
      .selectAll()
      .where('kind', '=', kind)
      .orderBy('sequence', 'desc')
      .limit(limit)
    if (thread_id !== undefined) select = select.where('thread_id', '=', thread_id)
    if (after !== undefined)
      select = select.where(
        'sequence',
        '<',
        this.#db.selectFrom('reports').select('sequence').where('id', '=', after),
      )
    return (await select.execute()).map(reportOfRow)
  }
}

function reportOfRow(row: Selectable<Schema['reports']>): Report {
  const { id, kind, thread_id, message_id, created_at } = row
  return {
    id,
    kind: kind as Report['kind'],
    owner: ownerOfRow(row),
    thread_id,
    message_id,
    body: JSON.parse(row.body) as unknown,
    created_at,
  }
}
