import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { SqliteDatabase, SqliteStatement } from 'kysely'
import { storageUnavailable } from '../../../app-error.ts'

/** What a commit waits for: `full` for the disk, `normal` for the operating system. */
export type Synchronous = 'full' | 'normal'

export interface NodeSqlite extends SqliteDatabase {
  /** For the next transaction. What is written outside of one waits for the disk. */
  setSynchronous(level: Synchronous): void
  readonly isInTransaction: boolean
}

/** 64 MiB. By then, a commit copies the log to the file itself, which `startCheckpoints` does beside it. */
const maxLogPages = 16_384

/** Statements kept compiled; the store has fewer, but lists of values make variants. */
const maxStatements = 200

/**
 * `node:sqlite` as Kysely's SQLite dialect wants it, each statement compiled once.
 * @param path a file, which is made where it is missing, or `:memory:`
 * @throws where the file cannot be opened
 */
export function openNodeSqlite(path: string): NodeSqlite {
  const database = new DatabaseSync(path)
  // FULL: what was acknowledged outlives a power cut, too. The timeout first: the others may have to wait.
  database.exec(`
    PRAGMA busy_timeout = 5000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA wal_autocheckpoint = ${maxLogPages};
  `)
  const statements = new Map<string, SqliteStatement>()
  let synchronous: Synchronous = 'full'
  const setSynchronous = (level: Synchronous) => {
    if (level === synchronous) return
    // Never a kept statement: this pragma does its work while it is compiled.
    database.exec(`PRAGMA synchronous = ${level}`)
    synchronous = level
  }
  const beforeWrite = () => {
    if (!database.isTransaction) setSynchronous('full')
  }
  return {
    close: () => database.close(),
    setSynchronous,
    get isInTransaction() {
      return database.isTransaction
    },
    prepare(sql) {
      let statement = statements.get(sql)
      if (statement === undefined) {
        if (statements.size >= maxStatements) statements.clear()
        const before = commitsNothing.test(sql) ? undefined : beforeWrite
        statement = adaptStatement(database.prepare(sql), before)
        statements.set(sql, statement)
      }
      return statement
    },
  }
}

/** Statements before which the level may stay what it is: to change it takes longer than to run one. */
const commitsNothing = /^\s*(select|begin)\b/i

const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[]

function adaptStatement(statement: StatementSync, before?: () => void): SqliteStatement {
  const execute = <T>(work: () => T) =>
    withStorageErrors(() => {
      before?.()
      return work()
    })
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => execute(() => statement.all(...values(parameters))),
    run: (parameters) => execute(() => statement.run(...values(parameters))),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  }
}

/**
 * BUSY, NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN and NOTADB: the file or its disk, and not what is
 * asked of it.
 * @see https://www.sqlite.org/rescode.html
 */
const failures = new Set([5, 7, 8, 10, 11, 13, 14, 26])

/** @throws AppError `storage_unavailable` where the file or its disk fails */
function withStorageErrors<T>(execute: () => T): T {
  try {
    return execute()
  } catch (error) {
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0
    // What is above the lowest byte says more closely what it was.
    throw failures.has(code & 0xff) ? storageUnavailable(error) : error
  }
}
