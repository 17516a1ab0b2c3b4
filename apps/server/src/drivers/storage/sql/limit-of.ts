import { sql, type RawBuilder } from 'kysely'

/**
 * How many rows are wanted, in a statement that is kept. Where a place for a value is all that follows
 * `limit`, SQLite plans the statement anew each time, which takes longer than to run it.
 */
export function limitOf(count: number): RawBuilder<bigint> {
  return sql<bigint>`cast(${count} as bigint)`
}
