import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import { DatabaseError, Pool, type PoolConfig } from 'pg'
import { storageUnavailable } from '../../../app-error.ts'

/** To reach the database, and to wait for a free connection. */
const connectTimeoutMs = 5_000

/** A database that does not even say that a statement took too long is waited for so much longer. */
const silenceMs = 1_000

/**
 * Classes of SQLSTATE that are about the server and not the statement: connections, resources, an
 * operator or a timeout that intervened, the system; and a server that only reads, which another has
 * taken the place of.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const failures = /^(08|53|57|58|25P03|25006)/

/** Connections to PostgreSQL. Where it fails, all of them throw AppError `storage_unavailable`. */
export function openPostgresPool(config: PoolConfig & { statement_timeout: number }): PostgresPool {
  const pool = openPool({ ...config, query_timeout: config.statement_timeout + silenceMs })
  return {
    options: pool.options,
    connect: async () => {
      try {
        return new Connection(await pool.connect())
      } catch (error) {
        throw storageUnavailable(error)
      }
    },
    end: () => pool.end(),
  }
}

/** As `pg` has it. */
export function openPool(config: PoolConfig): Pool {
  const pool = new Pool({
    ...config,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    application_name: 'assistant-ui-proxy',
  })
  // A connection that breaks is dropped and the next query opens another; the query that it breaks
  // rejects, and `/ready` tells. Without a listener the event would end the process.
  pool.on('error', ignore)
  pool.on('connect', (client) => client.on('error', ignore))
  return pool
}

class Connection implements PostgresPoolClient {
  readonly #client: PostgresPoolClient
  /** From then on it is not used: the answer to one statement may come for the next. */
  #failure: unknown

  constructor(client: PostgresPoolClient) {
    this.#client = client
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  query<R>(
    query: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    return typeof query === 'string' ? this.#execute(query, parameters) : this.#client.query(query)
  }

  release(isDiscarded = false): void {
    this.#client.release(isDiscarded || this.#failure !== undefined)
  }

  async #execute<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    if (this.#failure !== undefined) throw storageUnavailable(this.#failure)
    try {
      return await this.#client.query<R>(sql, parameters)
    } catch (error) {
      const isAnswer = error instanceof DatabaseError
      if (!isAnswer) this.#failure = error
      throw isAnswer && !failures.test(error.code ?? '') ? error : storageUnavailable(error)
    }
  }
}

function ignore(): void {}
