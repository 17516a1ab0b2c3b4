import type { Kysely } from 'kysely'
import { Migrator, type Migration } from 'kysely/migration'
import { createThreadsAndMessages } from './migrations/0001-threads-and-messages.ts'
import { createReplyGrowth } from './migrations/0002-reply-growth.ts'
import type { Schema } from './schema.ts'

// Named here rather than found in the folder: they are type-checked and need no file access.
const migrations: Record<string, Migration> = {
  '0001-threads-and-messages': { up: createThreadsAndMessages },
  '0002-reply-growth': { up: createReplyGrowth },
}

/** Brings the database to the newest schema. */
export async function migrate(db: Kysely<Schema>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
}
