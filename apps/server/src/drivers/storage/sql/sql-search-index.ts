import { createHash } from 'node:crypto'
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
import type { Engine } from './engine.ts'
import { tableOf } from './json-table.ts'
import { ownedBy, ownerOfRow } from './owner-columns.ts'
import { threadColumns, threadOfRow } from './rows.ts'
import type { Schema } from './schema.ts'
import { transact, type Transact } from './transact.ts'

/** A document, newest first. */
interface Hit {
  readonly sequence: number | string
  readonly thread_id: string
  readonly message_id: string | null
}

/** A thread may be hit many times: so many hits are read at a time, and so often. */
const hitsPerPage = 200
const maxPages = 5

/** PostgreSQL looks through so many of the newest documents before it looks through all. */
const recentDocuments = 50_000

/** `SearchIndex` over the database of a `SqlThreadStore`. */
export class SqlSearchIndex implements SearchIndex {
  readonly #db: Kysely<Schema>
  readonly #engine: Engine
  readonly #transactLazily: Transact

  /** @param transactLazily for what may reach the disk a moment later; by default nothing may */
  constructor(
    db: Kysely<Schema>,
    engine: Engine,
    transactLazily: Transact = (work) => transact(db, work),
  ) {
    this.#db = db
    this.#engine = engine
    this.#transactLazily = transactLazily
  }

  async find(owner: Owner, query: WordQuery, limit: number): Promise<FoundText[]> {
    const newest = new Map<string, string | undefined>()
    for (const from of await this.#beginnings()) {
      let before: Hit['sequence'] | undefined
      for (let page = 0; page < maxPages && newest.size < limit; page++) {
        const hits = await this.#findHits(owner, query, from, before)
        for (const { thread_id, message_id } of hits)
          if (!newest.has(thread_id)) newest.set(thread_id, message_id ?? undefined)
        before = hits.at(-1)?.sequence
        if (hits.length < hitsPerPage) break
      }
    }
    return this.#read(owner, new Map([...newest].slice(0, limit)))
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

  async listPending(limit: number): Promise<PendingText[]> {
    const messages = await this.#db
      .selectFrom('messages')
      .select(['workspace_id', 'user_id', 'thread_id', 'id', 'parts'])
      .where('is_indexed', '=', sql.lit(0))
      .where('status', '<>', sql.lit('streaming'))
      .orderBy('sequence')
      .limit(limit)
      .execute()
    const titles = await this.#db
      .selectFrom('threads')
      .select(['workspace_id', 'user_id', 'id', 'title'])
      .where('is_title_indexed', '=', sql.lit(0))
      .where('title', 'is not', null)
      .limit(limit - messages.length)
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
      const claimed = await this.#claim(transaction, texts)
      if (claimed.length > 0) await this.#replace(transaction, claimed)
    })
  }

  /** @returns those that are still to be indexed, and are what they were */
  async #claim(
    transaction: Transaction<Schema>,
    texts: readonly IndexedText[],
  ): Promise<IndexedText[]> {
    const claimed: IndexedText[] = []
    const messages = texts.filter(({ messageId }) => messageId !== undefined)
    if (messages.length > 0) {
      const { rows } = await sql<{ workspace_id: string; user_id: string; id: string }>`
        update messages set is_indexed = 1 from ${tableOf(this.#engine, messages.map(keyOf))}
        where workspace_id = r.value ->> 0 and user_id = r.value ->> 1 and messages.id = r.value ->> 3
          and is_indexed = 0 and status <> 'streaming'
        returning workspace_id, user_id, messages.id`.execute(transaction)
      const ids = new Set(
        rows.map((row) => JSON.stringify([row.workspace_id, row.user_id, row.id])),
      )
      for (const text of messages)
        if (ids.has(JSON.stringify([text.owner.workspaceId, text.owner.userId, text.messageId])))
          claimed.push(text)
    }
    for (const title of texts.filter(({ messageId }) => messageId === undefined))
      if (await claimTitle(transaction, title)) claimed.push(title)
    return claimed
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

  #findHits(
    owner: Owner,
    query: WordQuery,
    from: number,
    before: Hit['sequence'] | undefined,
  ): Promise<readonly Hit[]> {
    return this.#engine === 'sqlite'
      ? this.#findInFts(owner, query, before)
      : this.#findInVectors(owner, query, from, before)
  }

  async #findInFts(
    owner: Owner,
    { words, beginning }: WordQuery,
    before: Hit['sequence'] | undefined,
  ): Promise<readonly Hit[]> {
    const terms = words.map((word) => `"${word}"`)
    if (beginning !== undefined) terms.push(`"${beginning}" *`)
    const match = `owner : "${ownerWord(owner)}" AND words : (${terms.join(' AND ')})`
    const { rows } = await sql<Hit>`
      select d.sequence, d.thread_id, d.message_id
      from search_words w join search_documents d on d.sequence = w.rowid
      where search_words match ${match} ${before === undefined ? sql`` : sql`and w.rowid < ${before}`}
      order by w.rowid desc limit ${hitsPerPage}`.execute(this.#db)
    return rows
  }

  async #findInVectors(
    owner: Owner,
    { words, beginning }: WordQuery,
    from: number,
    before: Hit['sequence'] | undefined,
  ): Promise<readonly Hit[]> {
    const terms = [ownerWord(owner), ...words].map((word) => `'${word}'`)
    if (beginning !== undefined) terms.push(`'${beginning}':*`)
    const { rows } = await sql<Hit>`
      select sequence, thread_id, message_id from search_documents
      where words @@ ${terms.join(' & ')}::tsquery ${from === 0 ? sql`` : sql`and sequence > ${from}`}
        ${before === undefined ? sql`` : sql`and sequence < ${before}`}
      order by sequence desc limit ${hitsPerPage}`.execute(this.#db)
    return rows
  }

  /** @param hits message ids by their threads; undefined: the title */
  async #read(owner: Owner, hits: ReadonlyMap<string, string | undefined>): Promise<FoundText[]> {
    if (hits.size === 0) return []
    const messageIds = [...hits.values()].filter((id) => id !== undefined)
    const [threads, messages] = await Promise.all([
      this.#db
        .selectFrom('threads')
        .select(threadColumns)
        .where(ownedBy(owner))
        .where('id', 'in', [...hits.keys()])
        .execute(),
      messageIds.length === 0
        ? []
        : this.#db
            .selectFrom('messages')
            .select(['id', 'parts'])
            .where(ownedBy(owner))
            .where('id', 'in', messageIds)
            .execute(),
    ])
    const threadsById = new Map<string, Thread>(threads.map((row) => [row.id, threadOfRow(row)]))
    const texts = new Map(
      messages.map(({ id, parts }) => [id, textOfParts(JSON.parse(parts) as MessagePart[])]),
    )
    return [...hits].flatMap(([threadId, messageId]) => {
      const thread = threadsById.get(threadId)
      const text = messageId === undefined ? thread?.title : texts.get(messageId)
      return thread && text ? { thread, messageId, text } : []
    })
  }
}

/** @returns whether it is still to be indexed, and is what it was */
async function claimTitle(
  transaction: Transaction<Schema>,
  { owner, threadId, text }: PendingText,
): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('threads')
    .set({ is_title_indexed: 1 })
    .where(ownedBy(owner))
    .where('id', '=', threadId)
    .where('is_title_indexed', '=', 0)
    .where('title', '=', text)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Workspace, user, thread, and message or null. */
function keyOf({ owner, threadId, messageId }: PendingText) {
  return [owner.workspaceId, owner.userId, threadId, messageId ?? null]
}

/** The owner's word, then those of the text. */
function indexedWords({ owner, words }: IndexedText): string {
  return [ownerWord(owner), ...words].join(' ')
}

/** No word of a text: those are letters and digits, and shorter. */
function ownerWord({ workspaceId, userId }: Owner): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([workspaceId, userId]))
    .digest('hex')
  return `owner${hash.slice(0, 32)}`
}
