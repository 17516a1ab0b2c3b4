import type { CompiledQuery, Kysely, QueryResult } from 'kysely'
import type { Schema } from './schema.ts'

/** Stands for a value in a query that is compiled once. */
class Slot {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/**
 * A query that is built once and run with other values each time: building it takes longer than to run it.
 * @param build gets places instead of values, which it may only put where values stand
 */
export function prepareQuery<Values extends object, Row>(
  db: Kysely<Schema>,
  build: (values: Values) => { compile(executor: Kysely<Schema>): CompiledQuery<Row> },
) {
  const slots = new Proxy({}, { get: (_, name) => new Slot(String(name)) })
  const compiled = build(slots as Values).compile(db)
  return (session: Kysely<Schema>, values: Values): Promise<QueryResult<Row>> => {
    const given = values as Readonly<Record<string, unknown>>
    const parameters = compiled.parameters.map((each) =>
      each instanceof Slot ? given[each.name] : each,
    )
    return session.executeQuery<Row>({ ...compiled, parameters })
  }
}
