import { sql, type RawBuilder } from 'kysely'
import { isDeeper } from '../../../nesting.ts'
import type { Engine } from './engine.ts'

/**
 * Rows as a table `r` of arrays, whose fields are `r.value ->> 0` and so on: one statement for
 * all of them, since a query costs more to build than its row.
 */
export function tableOf(
  engine: Engine,
  rows: readonly (readonly unknown[])[],
): RawBuilder<unknown> {
  return jsonTable(engine, JSON.stringify(rows))
}

/** @param json of the rows */
export function jsonTable(engine: Engine, json: string): RawBuilder<unknown> {
  return engine === 'sqlite'
    ? sql`json_each(${json}) r`
    : sql`json_array_elements(${json}::json) r(value)`
}

/** SQLite reads no JSON that is nested deeper than 1,000, rows and their table included. */
const maxSqliteNesting = 990

/**
 * What is stored as JSON, for a row of `tableOf`; its text is `r.value ->> index`. Within the row's own JSON
 * it would be escaped once more, which takes longer than to write it; but that has to be where it is nested
 * too deep, and in PostgreSQL, which reads no NUL in JSON.
 */
export function jsonValue(engine: Engine, value: unknown): unknown {
  return engine === 'sqlite' && !isDeeper(value, maxSqliteNesting) ? value : JSON.stringify(value)
}
