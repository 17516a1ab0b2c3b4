import type { Kysely } from 'kysely'
import type { Engine } from './engine.ts'
import type { Schema } from './schema.ts'
import { transactIn, type Transact } from './transact.ts'

/** A database that `migrate` has run on, as all stores over it use it. */
export interface SqlDatabase {
  readonly db: Kysely<Schema>
  readonly engine: Engine
  /** Resolves when what was done is kept, whatever happens to this machine. */
  readonly transact: Transact
  /** What was done may be lost with the machine a moment later. */
  readonly transactLazily: Transact
}

/** With the transactions that Kysely has. */
export function databaseOver(db: Kysely<Schema>, engine: Engine): SqlDatabase {
  const transact = transactIn(db)
  return { db, engine, transact, transactLazily: transact }
}
