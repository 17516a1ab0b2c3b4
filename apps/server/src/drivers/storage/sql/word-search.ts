import { createHash } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { Owner } from '../../../identity/owner.ts'
import type { WordQuery } from '../../../search/words.ts'
import type { Engine } from './engine.ts'
import { tableOf } from './json-table.ts'
import { limitOf } from './limit-of.ts'
import type { Schema } from './schema.ts'

/** Message ids by their threads, newest first; undefined: the thread's title. */
export type Hits = ReadonlyMap<string, readonly (string | undefined)[]>

/** A document, newest first. */
interface Document {
  readonly sequence: number | string
  readonly thread_id: string
  readonly message_id: string | null
}

/** Which documents are looked through. */
interface Range {
  readonly from: number
  readonly before: Document['sequence'] | undefined
  /** Threads that are left out. */
  readonly without: readonly string[]
}

/** A thread may be hit many times: so many documents are read at a time. */
const documentsPerPage = 200

/** PostgreSQL looks through so many of the newest documents before it looks through all. */
const recentDocuments = 50_000

/** Finds the documents of the index that have a query's words. */
export class WordSearch {
  readonly #db: Kysely<Schema>
  readonly #engine: Engine

  constructor(db: Kysely<Schema>, engine: Engine) {
    this.#db = db
    this.#engine = engine
  }

  /** @returns so many threads at most, newest first, each with those of its messages; undefined: its title */
  async find(owner: Owner, query: WordQuery, limit: number): Promise<Hits> {
    const found = new Map<string, (string | undefined)[]>()
    let before: Document['sequence'] | undefined
    for (const from of await this.#beginnings()) {
      while (found.size < limit) {
        const documents = await this.#findDocuments(owner, query, {
          from,
          before,
          without: [...found.keys()],
        })
        for (const { thread_id, message_id } of documents) {
          const messageIds = found.get(thread_id) ?? []
          found.set(thread_id, [...messageIds, message_id ?? undefined])
        }
        before = documents.at(-1)?.sequence
        if (documents.length < documentsPerPage) break
      }
      before = from + 1
    }
    return new Map([...found].slice(0, limit))
  }

  /**
   * From which document on is looked, one after the other until there are enough hits. FTS5 reads
   * backwards and stops; PostgreSQL has to sort all that it finds.
   */
  async #beginnings(): Promise<readonly number[]> {
    if (this.#engine === 'sqlite') return [0]
    const { rows } = await sql<{ last: string | null }>`
      select max(sequence) as last from search_documents`.execute(this.#db)
    const last = Number(rows[0]?.last ?? 0)
    return last > recentDocuments ? [last - recentDocuments, 0] : [0]
  }

  #findDocuments(owner: Owner, query: WordQuery, range: Range): Promise<readonly Document[]> {
    return this.#engine === 'sqlite'
      ? this.#findInFts(owner, query, range)
      : this.#findInVectors(owner, query, range)
  }

  async #findInFts(
    owner: Owner,
    { words, beginning }: WordQuery,
    range: Range,
  ): Promise<readonly Document[]> {
    const terms = words.map((word) => `"${word}"`)
    if (beginning !== undefined) terms.push(`"${beginning}" *`)
    const match = `owner : "${ownerWord(owner)}" AND words : (${terms.join(' AND ')})`
    const { rows } = await sql<Document>`
      select d.sequence, d.thread_id, d.message_id
      from search_words w join search_documents d on d.sequence = w.rowid
      where search_words match ${match}
        ${range.before === undefined ? sql`` : sql`and w.rowid < ${range.before}`}
        ${this.#without(range)}
      order by w.rowid desc limit ${limitOf(documentsPerPage)}`.execute(this.#db)
    return rows
  }

  async #findInVectors(
    owner: Owner,
    { words, beginning }: WordQuery,
    { from, before, without }: Range,
  ): Promise<readonly Document[]> {
    const terms = [ownerWord(owner), ...words].map((word) => `'${word}'`)
    if (beginning !== undefined) terms.push(`'${beginning}':*`)
    // Where all are looked through, they are found by their words and then sorted: read backwards until
    // there are enough, they could be all that anybody has.
    const { rows } = await sql<Document>`
      with hit as ${from === 0 ? sql`materialized` : sql`not materialized`} (
        select sequence, thread_id, message_id from search_documents
        where words @@ ${terms.join(' & ')}::tsquery)
      select sequence, thread_id, message_id from hit d
      where sequence > ${from} ${before === undefined ? sql`` : sql`and sequence < ${before}`}
        ${this.#without({ without })}
      order by sequence desc limit ${limitOf(documentsPerPage)}`.execute(this.#db)
    return rows
  }

  #without({ without }: Pick<Range, 'without'>) {
    if (without.length === 0) return sql``
    const threads = tableOf(
      this.#engine,
      without.map((id) => [id]),
    )
    return sql`and d.thread_id not in (select r.value ->> 0 from ${threads})`
  }
}

/** No word of a text: those are letters and digits, and shorter. */
export function ownerWord({ workspaceId, userId }: Owner): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([workspaceId, userId]))
    .digest('hex')
  return `owner${hash.slice(0, 32)}`
}
