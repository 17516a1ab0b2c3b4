import {
  CompiledQuery,
  DefaultQueryExecutor,
  Kysely,
  SingleConnectionProvider,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  Transaction,
  type ConnectionProvider,
  type DatabaseConnection,
  type DialectAdapter,
  type QueryCompiler,
  type QueryResult,
} from 'kysely'
import type { NodeSqlite, Synchronous } from './node-sqlite.ts'

export interface SqliteSession<Schema> {
  readonly db: Kysely<Schema>
  /**
   * Runs the work when nobody else has the connection: all of it, or nothing.
   * @param synchronous what its commit waits for; default `full`
   */
  readonly transact: <T>(
    work: (transaction: Transaction<Schema>) => Promise<T>,
    synchronous?: Synchronous,
  ) => Promise<T>
}

/**
 * Kysely over a database that is part of this process. Its own executor and transactions wait a dozen times
 * for each query, as for a server far away; here a query is a call, so that a chat's first words are not
 * kept waiting.
 */
export async function openKysely<Schema>(database: NodeSqlite): Promise<SqliteSession<Schema>> {
  const dialect = new SqliteDialect({ database })
  const driver = new WritingDriver({ database })
  await driver.init()
  const connection = await driver.acquireConnection()
  const parts = {
    compiler: dialect.createQueryCompiler(),
    adapter: new TransactionalAdapter(),
    connection,
  }
  const holder = new ConnectionHolder(connection)
  const shared = new SqliteExecutor(parts, holder, () => holder.isFree)
  const own = shared.withConnectionProvider(new SingleConnectionProvider(connection))
  const props = { config: { dialect }, dialect, driver }
  const transaction = new Transaction<Schema>({ ...props, executor: own })
  return {
    db: new Kysely<Schema>({ ...props, executor: shared }),
    transact: (work, synchronous = 'full') =>
      holder.provideConnection(() => {
        database.setSynchronous(synchronous)
        return runTransaction(database, () => work(transaction))
      }),
  }
}

async function runTransaction<T>(database: NodeSqlite, work: () => Promise<T>): Promise<T> {
  database.prepare(beginToWrite).run([])
  try {
    const result = await work()
    database.prepare('commit').run([])
    return result
  } catch (error) {
    // Where the disk is full or broken, SQLite has rolled it back by itself.
    if (database.isInTransaction) database.prepare('rollback').run([])
    throw error
  }
}

/** All transactions write: they wait for another process at once, since one that has read first cannot. */
const beginToWrite = 'begin immediate'

class WritingDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(beginToWrite))
  }
}

/** Kysely thinks that SQLite could not change a schema in a transaction, and would leave half a migration. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
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
