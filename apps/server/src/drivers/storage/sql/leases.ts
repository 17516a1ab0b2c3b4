import { sql, type Kysely } from 'kysely'
import type { Engine } from './engine.ts'
import type { Schema } from './schema.ts'

/** A lease that ran out so long ago is of nobody's interest. */
const forgottenAfterMs = 3_600_000

/** The database's own clock, in ms: those of servers differ. */
function clockOf(engine: Engine) {
  return engine === 'sqlite'
    ? sql<number>`cast(unixepoch('subsec') * 1000 as integer)`
    : sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`
}

export async function renewLease(
  db: Kysely<Schema>,
  engine: Engine,
  serverId: string,
  ttlMs: number,
): Promise<void> {
  const clock = clockOf(engine)
  const expiresAt = sql<number>`${clock} + ${sql.lit(ttlMs)}`
  await db
    .insertInto('leases')
    .values({ server_id: serverId, expires_at_ms: expiresAt })
    .onConflict((conflict) =>
      conflict.column('server_id').doUpdateSet({ expires_at_ms: expiresAt }),
    )
    .execute()
  await db
    .deleteFrom('leases')
    .where('expires_at_ms', '<', sql<number>`${clock} - ${sql.lit(forgottenAfterMs)}`)
    .execute()
}

/** The replies that grow, and whose server has let its lease run out; never those of the one that asks. */
export function abandonedReplies(db: Kysely<Schema>, engine: Engine, serverId: string) {
  return db
    .selectFrom('messages as m')
    .where('m.status', '=', sql.lit('streaming'))
    .where((eb) => eb.or([eb('m.server_id', 'is', null), eb('m.server_id', '<>', serverId)]))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('leases as l')
            .select('l.server_id')
            .whereRef('l.server_id', '=', 'm.server_id')
            .where('l.expires_at_ms', '>', clockOf(engine)),
        ),
      ),
    )
}
