import type { Kysely } from 'kysely'
import { Migrator, type Migration } from 'kysely/migration'
import type { Engine } from './engine.ts'
import { createThreadsAndMessages } from './migrations/0001-threads-and-messages.ts'
import { createReplyGrowth } from './migrations/0002-reply-growth.ts'
import { addRuns } from './migrations/0003-runs.ts'
import { createSearch } from './migrations/0004-search.ts'
import { keepGrowthAsChunks } from './migrations/0005-growth-as-chunks.ts'
import { createIdentity } from './migrations/0006-identity.ts'
import { createCloudWire } from './migrations/0007-cloud-wire.ts'
import { createFiles } from './migrations/0008-files.ts'
import { keepGrowthOnce } from './migrations/0009-growth-once.ts'
import { createIndexesOfAll } from './migrations/0010-indexes-of-all.ts'
import type { Schema } from './schema.ts'

// Named here rather than found in the folder: they are type-checked and need no file access.
const migrationsOf = (engine: Engine): Record<string, Migration> => ({
  '0001-threads-and-messages': { up: (db) => createThreadsAndMessages(db, engine) },
  '0002-reply-growth': { up: (db) => createReplyGrowth(db, engine) },
  '0003-runs': { up: (db) => addRuns(db, engine) },
  '0004-search': { up: (db) => createSearch(db, engine) },
  '0005-growth-as-chunks': { up: (db) => keepGrowthAsChunks(db, engine) },
  '0006-identity': { up: (db) => createIdentity(db, engine) },
  '0007-cloud-wire': { up: (db) => createCloudWire(db, engine) },
  '0008-files': { up: (db) => createFiles(db, engine) },
  '0009-growth-once': { up: (db) => keepGrowthOnce(db, engine) },
  '0010-indexes-of-all': { up: createIndexesOfAll },
})

/**
 * Brings the database to the newest schema, all of it or nothing. One server at a time: in PostgreSQL under
 * a lock, in SQLite since there is one writer.
 */
export async function migrate(db: Kysely<Schema>, engine: Engine): Promise<void> {
  const { error } = await createMigrator(db, engine).migrateToLatest()
  if (error !== undefined) throw error
}

export function createMigrator(db: Kysely<Schema>, engine: Engine): Migrator {
  return new Migrator({ db, provider: { getMigrations: async () => migrationsOf(engine) } })
}
