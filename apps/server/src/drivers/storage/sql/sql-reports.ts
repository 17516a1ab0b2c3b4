import type { Insertable, Kysely, Selectable } from 'kysely'
import { threadNotFound } from '../../../app-error.ts'
import type { Report, ReportQuery, Reports } from '../../../cloud/cloud-store.ts'
import type { Engine } from './engine.ts'
import { limitOf } from './limit-of.ts'
import { lockThread } from './lock-thread.ts'
import { columnsOf, ownedBy, ownerOfRow } from './owner-columns.ts'
import type { Schema } from './schema.ts'
import type { SqlDatabase } from './sql-database.ts'
import type { Transact } from './transact.ts'

/** `Reports` over the database of a `SqlThreadStore`. */
export class SqlReports implements Reports {
  readonly #db: Kysely<Schema>
  readonly #engine: Engine
  readonly #transact: Transact

  constructor({ db, engine, transact }: SqlDatabase) {
    this.#db = db
    this.#transact = transact
    this.#engine = engine
  }

  async add(reports: readonly Report[]): Promise<void> {
    await this.#transact(async (transaction) => {
      const rows: Insertable<Schema['reports']>[] = []
      for (const report of reports) {
        const { owner, body, ...columns } = report
        const { kind, thread_id, message_id } = report
        const isThere =
          thread_id === null || (await lockThread(transaction, this.#engine, owner, thread_id))
        if (!isThere && kind !== 'event') throw threadNotFound(thread_id)
        if (kind === 'feedback')
          await transaction
            .deleteFrom('reports')
            .where(ownedBy(owner))
            .where('kind', '=', kind)
            .where('thread_id', '=', thread_id)
            .where('message_id', '=', message_id)
            .execute()
        rows.push({
          ...columns,
          ...columnsOf(owner),
          ...(!isThere && { thread_id: null, message_id: null }),
          body: JSON.stringify(body),
        })
      }
      await transaction.insertInto('reports').values(rows).execute()
    })
  }

  async list({ kind, thread_id, limit, after }: ReportQuery): Promise<Report[]> {
    let select = this.#db
      .selectFrom('reports')
      .selectAll()
      .where('kind', '=', kind)
      .orderBy('sequence', 'desc')
      .limit(limitOf(limit))
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
