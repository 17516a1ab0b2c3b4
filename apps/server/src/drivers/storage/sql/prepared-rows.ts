import { sql, type Kysely, type QueryResult, type RawBuilder } from 'kysely'
import type { Engine } from './engine.ts'
import { jsonTable } from './json-table.ts'
import { prepareQuery } from './prepared-query.ts'
import type { Schema } from './schema.ts'

/** Rows of values, as a statement sees them. */
export interface Rows {
  readonly table: RawBuilder<unknown>
  text(index: number): RawBuilder<unknown>
  integer(index: number): RawBuilder<unknown>
}

export interface RowsResult<Found> {
  readonly found: readonly Found[]
  /** How many rows were inserted, updated or deleted. */
  readonly changed: number
}

/**
 * A statement over rows that is built once. PostgreSQL gets all of them at once, as JSON. SQLite, where a
 * query is a call, gets one after another as they are: what is long is not escaped, read and copied again.
 */
export function prepareRows<Found>(
  db: Kysely<Schema>,
  engine: Engine,
  build: (rows: Rows) => RawBuilder<Found>,
): (session: Kysely<Schema>, rows: readonly (readonly unknown[])[]) => Promise<RowsResult<Found>> {
  if (engine === 'postgres') {
    const runAll = prepareQuery(db, ({ json }: { json: string }) => {
      const text = (index: number) => sql`r.value ->> ${sql.lit(index)}`
      const integer = (index: number) => sql`(${text(index)})::bigint`
      return build({ table: jsonTable(engine, json), text, integer })
    })
    return async (session, rows) =>
      resultOf([await runAll(session, { json: JSON.stringify(rows) })])
  }
  const runOne = prepareQuery(db, (row: readonly unknown[]) => {
    const value = (index: number) => sql`${row[index]}`
    return build({ table: sql`(select 1) r`, text: value, integer: value })
  })
  return async (session, rows) => {
    const results: QueryResult<Found>[] = []
    for (const row of rows) results.push(await runOne(session, row))
    return resultOf(results)
  }
}

function resultOf<Found>(results: readonly QueryResult<Found>[]): RowsResult<Found> {
  return {
    found: results.flatMap(({ rows }) => rows),
    changed: results.reduce((sum, { numAffectedRows = 0n }) => sum + Number(numAffectedRows), 0),
  }
}
