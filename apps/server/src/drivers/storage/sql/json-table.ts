import { sql, type RawBuilder } from 'kysely'
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
