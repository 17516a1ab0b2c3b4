import { textOfParts, type MessagePart, type Thread } from '@assistant-ui-proxy/contract'
import { sql, type Kysely, type Transaction } from 'kysely'
import type { Owner } from '../../../identity/owner.ts'
import type {
  FoundText,
  IndexedText,
  PendingText,
  SearchIndex,
} from '../../../search/search-index.ts'
import type { WordQuery } from '../../../search/words.ts'
import { claimTexts, keyOf } from './claim-texts.ts'
import type { Engine } from './engine.ts'
import { tableOf } from './json-table.ts'
import { limitOf } from './limit-of.ts'
import { ownedBy, ownerOfRow } from './owner-columns.ts'
import { threadColumns, threadOfRow } from './rows.ts'
import type { Schema } from './schema.ts'
import type { SqlDatabase } from './sql-database.ts'
import type { Transact } from './transact.ts'
import { ownerWord, WordSearch, type Hits } from './word-search.ts'

/** `SearchIndex` over the database of a `SqlThreadStore`. */
export class SqlSearchIndex implements SearchIndex {
  readonly #db: Kysely<Schema>
  readonly #engine: Engine
  readonly #transactLazily: Transact
  readonly #words: WordSearch

  constructor({ db, engine, transactLazily }: SqlDatabase) {
    this.#db = db
    this.#engine = engine
    this.#transactLazily = transactLazily
    this.#words = new WordSearch(db, engine)
  }

  async find(owner: Owner, query: WordQuery, limit: number): Promise<FoundText[]> {
    return this.#read(owner, await this.#words.find(owner, query, limit))
  }

  async listPending(limit: number): Promise<PendingText[]> {
    const messages = await this.#db
      .selectFrom('messages')
      .select(['workspace_id', 'user_id', 'thread_id', 'id', 'parts'])
      .where('is_indexed', '=', sql.lit(0))
      .where('status', '<>', sql.lit('streaming'))
      .orderBy('sequence')
      .limit(limitOf(limit))
      .execute()
    const titles = await this.#db
      .selectFrom('threads')
      .select(['workspace_id', 'user_id', 'id', 'title'])
      .where('is_title_indexed', '=', sql.lit(0))
      .where('title', 'is not', null)
      .limit(limitOf(limit - messages.length))
      .execute()
    return [
      ...messages.map((row) => ({
        owner: ownerOfRow(row),
        threadId: row.thread_id,
        messageId: row.id,
        text: textOfParts(JSON.parse(row.parts) as MessagePart[]),
      })),
      ...titles.map((row) => ({
        owner: ownerOfRow(row),
        threadId: row.id,
        messageId: undefined,
        text: row.title ?? '',
      })),
    ]
  }

  async add(texts: readonly IndexedText[]): Promise<void> {
    await this.#transactLazily(async (transaction) => {
      const claimed = await claimTexts(transaction, this.#engine, texts)
      if (claimed.length > 0) await this.#replace(transaction, claimed)
    })
  }

  async #replace(transaction: Transaction<Schema>, texts: readonly IndexedText[]): Promise<void> {
    const source = tableOf(
      this.#engine,
      texts.map((text) => [...keyOf(text), indexedWords(text)]),
    )
    const isOfThread = sql`d.workspace_id = r.value ->> 0 and d.user_id = r.value ->> 1
      and d.thread_id = r.value ->> 2`
    // In two parts: PostgreSQL looks for no null in an index, where it does not know that it is one.
    await sql`
      delete from search_documents where sequence in (
        select d.sequence from ${source} join search_documents d on ${isOfThread}
          and d.message_id = r.value ->> 3
        union all
        select d.sequence from ${source} join search_documents d on ${isOfThread}
          and d.message_id is null where r.value ->> 3 is null)
    `.execute(transaction)
    if (this.#engine === 'postgres') {
      await sql`
        insert into search_documents (workspace_id, user_id, thread_id, message_id, words)
        select r.value ->> 0, r.value ->> 1, r.value ->> 2, r.value ->> 3,
          array_to_tsvector(string_to_array(r.value ->> 4, ' '))
        from ${source}`.execute(transaction)
      return
    }
    await sql`
      insert into search_documents (workspace_id, user_id, thread_id, message_id)
      select r.value ->> 0, r.value ->> 1, r.value ->> 2, r.value ->> 3 from ${source}
    `.execute(transaction)
    const ownersWord = sql`substr(r.value ->> 4, 1, instr(r.value ->> 4, ' ') - 1)`
    await sql`
      insert into search_words (rowid, owner, words)
      select d.sequence, ${ownersWord}, substr(r.value ->> 4, instr(r.value ->> 4, ' ') + 1)
      from ${source} join search_documents d on ${isOfThread} and d.message_id is r.value ->> 3
    `.execute(transaction)
  }

  /** Where one of a thread's is gone by now, the next is given. */
  async #read(owner: Owner, hits: Hits): Promise<FoundText[]> {
    if (hits.size === 0) return []
    const rows = await this.#db
      .selectFrom('threads')
      .select(threadColumns)
      .where(ownedBy(owner))
      .where('id', 'in', [...hits.keys()])
      .execute()
    const threads = new Map<string, Thread>(rows.map((row) => [row.id, threadOfRow(row)]))
    const texts = await this.#readMessages(owner, [...hits.values()])
    return [...hits].flatMap(([threadId, messageIds]) => {
      const thread = threads.get(threadId)
      const textOf = (id: string | undefined) => (id === undefined ? thread?.title : texts.get(id))
      const messages = messageIds.map((messageId) => ({ messageId, text: textOf(messageId) }))
      const found = messages.find(({ text }) => text)
      return thread && found?.text ? { thread, messageId: found.messageId, text: found.text } : []
    })
  }

  /** @returns the texts, by their ids, of the first of each list that is there */
  async #readMessages(
    owner: Owner,
    lists: readonly (readonly (string | undefined)[])[],
  ): Promise<Map<string, string>> {
    const ids = lists.flatMap(([id]) => id ?? [])
    if (ids.length === 0) return new Map()
    const rows = await this.#db
      .selectFrom('messages')
      .select(['id', 'parts'])
      .where(ownedBy(owner))
      .where('id', 'in', ids)
      .execute()
    const texts = new Map(
      rows.map(({ id, parts }) => [id, textOfParts(JSON.parse(parts) as MessagePart[])]),
    )
    const others = lists.filter(([id]) => id !== undefined && !texts.has(id))
    const older = await this.#readMessages(
      owner,
      others.map(([, ...rest]) => rest),
    )
    return new Map([...texts, ...older])
  }
}

/** The owner's word, then those of the text. */
function indexedWords({ owner, words }: IndexedText): string {
  return [ownerWord(owner), ...words].join(' ')
}
