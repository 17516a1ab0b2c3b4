import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { SqliteDatabase, SqliteStatement } from 'kysely'

export interface NodeSqlite extends SqliteDatabase {
  /**
   * What a commit waits for: `full` for the disk, `normal` for the operating system. Not within a
   * transaction.
   */
  setSynchronous(level: 'full' | 'normal'): void
}

/** Statements kept compiled; the store has fewer, but lists of values make variants. */
const maxStatements = 200

/**
 * `node:sqlite` as Kysely's SQLite dialect wants it, each statement compiled once.
 * @param path a file, which is made where it is missing, or `:memory:`
 * @throws where the file cannot be opened
 */
export function openNodeSqlite(path: string): NodeSqlite {
  const database = new DatabaseSync(path)
  // FULL: what was acknowledged outlives a power cut, too.
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA busy_timeout = 5000;
  `)
  const statements = new Map<string, SqliteStatement>()
  return {
    close: () => database.close(),
    // Never a kept statement: this pragma does its work while it is compiled.
    setSynchronous: (level) => database.exec(`PRAGMA synchronous = ${level}`),
    prepare(sql) {
      let statement = statements.get(sql)
      if (statement === undefined) {
        if (statements.size >= maxStatements) statements.clear()
        statement = adaptStatement(database.prepare(sql))
        statements.set(sql, statement)
      }
      return statement
    },
  }
}

const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[]

function adaptStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  }
}
