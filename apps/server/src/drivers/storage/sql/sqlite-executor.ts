import {
  DefaultQueryExecutor,
  Kysely,
  SqliteDialect,
  type CompiledQuery,
  type ConnectionProvider,
  type DatabaseConnection,
  type DialectAdapter,
  type QueryCompiler,
  type QueryResult,
} from 'kysely'
import type { NodeSqlite } from './node-sqlite.ts'

/**
 * Kysely over a database that is part of this process. Its own executor waits a dozen times for each query,
 * as for a server far away; here a query is a call, so that a chat's first words are not kept waiting.
 */
export async function openKysely<Schema>(database: NodeSqlite): Promise<Kysely<Schema>> {
  const dialect = new SqliteDialect({ database })
  const driver = dialect.createDriver()
  await driver.init()
  const connection = await driver.acquireConnection()
  const holder = new ConnectionHolder(connection)
  const executor = new SqliteExecutor(
    { compiler: dialect.createQueryCompiler(), adapter: dialect.createAdapter(), connection },
    holder,
    () => holder.isFree,
  )
  return new Kysely<Schema>({ config: { dialect }, dialect, driver, executor })
}

interface Parts {
  readonly compiler: QueryCompiler
  readonly adapter: DialectAdapter
  readonly connection: DatabaseConnection
}

class SqliteExecutor extends DefaultQueryExecutor {
  readonly #parts: Parts
  readonly #mayRun: () => boolean

  constructor(parts: Parts, provider: ConnectionProvider, mayRun: () => boolean) {
    super(parts.compiler, parts.adapter, provider)
    this.#parts = parts
    this.#mayRun = mayRun
  }

  override executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (!this.#mayRun()) return super.executeQuery(query)
    return this.#parts.connection.executeQuery(query as CompiledQuery<Row>)
  }

  /** For those who have the connection, as a transaction does: they run what they want. */
  override withConnectionProvider(provider: ConnectionProvider): SqliteExecutor {
    return new SqliteExecutor(this.#parts, provider, () => true)
  }
}

/** Gives the connection to one after another. */
class ConnectionHolder implements ConnectionProvider {
  readonly #connection: DatabaseConnection
  #last: Promise<unknown> = Promise.resolve()
  #claims = 0

  constructor(connection: DatabaseConnection) {
    this.#connection = connection
  }

  get isFree(): boolean {
    return this.#claims === 0
  }

  provideConnection<T>(use: (connection: DatabaseConnection) => Promise<T>): Promise<T> {
    this.#claims++
    const turn = this.#last.then(() => use(this.#connection)).finally(() => this.#claims--)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
