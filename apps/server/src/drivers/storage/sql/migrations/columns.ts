import { sql, type ColumnDefinitionBuilder, type CreateTableBuilder } from 'kysely'
import type { Engine } from '../engine.ts'

/**
 * Text that is compared and sorted. By bytes in both: SQLite's own way, and in PostgreSQL an order that
 * an update of the system's locales cannot change below an index.
 */
export function textType(engine: Engine) {
  return engine === 'sqlite' ? 'text' : sql`text collate "C"`
}

/** A key that counts up. */
export function addSequence<Table extends string>(
  table: CreateTableBuilder<Table>,
  engine: Engine,
  define: (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder = (column) => column,
) {
  return engine === 'sqlite'
    ? table.addColumn('sequence', 'integer', (column) => define(column.primaryKey()))
    : table.addColumn('sequence', 'bigint', (column) =>
        column.primaryKey().generatedAlwaysAsIdentity(),
      )
}
