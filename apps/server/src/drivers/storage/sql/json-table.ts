import { sql, type RawBuilder } from 'kysely'
import type { Engine } from './engine.ts'

/**
 * Rows as a table `r` of arrays, whose fields are `r.value ->> 0` and so on, or `jsonField`: one statement
 * for all of them, since a query costs more to build than its row.
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

/**
 * What is stored as JSON, for a row of `tableOf`. Within the row's own JSON it would be escaped once more,
 * which takes longer than to write it; but PostgreSQL reads no NUL in JSON, so there it has to be.
 */
export function jsonValue(engine: Engine, value: unknown): unknown {
  return engine === 'sqlite' ? value : JSON.stringify(value)
}

/** The text of a `jsonValue` in a row. */
export function jsonField(engine: Engine, index: number): RawBuilder<unknown> {
  return engine === 'sqlite'
    ? sql`r.value -> ${sql.lit(index)}`
    : sql`r.value ->> ${sql.lit(index)}`
}
