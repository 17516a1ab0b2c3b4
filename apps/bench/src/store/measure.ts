import { createHash } from 'node:crypto'
import type { SearchIndex } from '../../../server/src/search/search-index.ts'
import { parseWordQuery, type WordQuery } from '../../../server/src/search/words.ts'
import type { ThreadStore } from '../../../server/src/threads/thread-store.ts'
import { percentile } from '../statistics.ts'
import { createRandom, pickWord } from './corpus.ts'
import type { Database } from './databases.ts'
import { owner, threadIdOf, type Size } from './fill.ts'

/** In ms. */
export interface Figure {
  readonly what: string
  readonly p50: number
  readonly p99: number
  /** The same query in the bare driver. */
  readonly bareP50: number
  readonly bareP99: number
  /** What p99 is meant to be at most. */
  readonly wanted: number
}

const repeats = 400
const pageSize = 50
const ownedBy = 'workspace_id = ? and user_id = ?'
const owned = [owner.workspaceId, owner.userId]

export async function measureStore(
  database: Database,
  store: ThreadStore,
  index: SearchIndex,
  size: Size,
): Promise<Figure[]> {
  const random = createRandom(2)
  const pick = (below: number) => threadIdOf(Math.floor(random() * below))
  const list = { limit: pageSize, is_archived: false }
  const order = `order by last_message_at desc, id desc limit ${pageSize}`
  const threadsSql = `select * from threads where ${ownedBy} and is_archived = 0`
  return [
    await measure('list the newest 50 threads', 5, () => ({
      ours: () => store.listThreads(owner, list),
      bare: () => database.query(`${threadsSql} ${order}`, owned),
    })),
    await measure('list 50 threads from anywhere on', 5, () => {
      const after = pick(size.threads)
      return {
        ours: () => store.listThreads(owner, { ...list, after }),
        bare: () =>
          database.query(
            `${threadsSql} and (last_message_at, id) < (
              select last_message_at, id from threads where ${ownedBy} and id = ?) ${order}`,
            [...owned, ...owned, after],
          ),
      }
    }),
    await measure('open the last 50 messages of a thread', 5, () => {
      const threadId = pick(size.longThreads)
      return {
        ours: () => store.listMessages(owner, threadId, pageSize),
        bare: () =>
          database.query(
            `select * from messages where ${ownedBy} and thread_id = ?
             order by sequence desc limit ${pageSize}`,
            [...owned, threadId],
          ),
      }
    }),
    await measure('search for a word', 100, () => {
      const query = parseWordQuery(`${pickWord(random)} `)
      return { ours: () => index.find(owner, query, 20), bare: () => findBare(database, query) }
    }),
    await measure('search for two, the last not whole', 100, () => {
      const query = parseWordQuery(`${pickWord(random)} ${pickWord(random).slice(0, 4)}`)
      return { ours: () => index.find(owner, query, 20), bare: () => findBare(database, query) }
    }),
  ]
}

/** The ids of the newest hits, and no more. */
function findBare({ name, query }: Database, { words, beginning }: WordQuery) {
  const ownersWord = `owner${createHash('sha256').update(JSON.stringify(owned)).digest('hex').slice(0, 32)}`
  if (name === 'SQLite') {
    const terms = [...words.map((word) => `"${word}"`), ...(beginning ? [`"${beginning}" *`] : [])]
    return query(
      'select rowid from search_words where search_words match ? order by rowid desc limit 200',
      [`owner : "${ownersWord}" AND words : (${terms.join(' AND ')})`],
    )
  }
  const terms = [ownersWord, ...words].map((word) => `'${word}'`)
  if (beginning !== undefined) terms.push(`'${beginning}':*`)
  return query(
    'select sequence from search_documents where words @@ ?::tsquery order by sequence desc limit 200',
    [terms.join(' & ')],
  )
}

interface Pair {
  readonly ours: () => Promise<unknown>
  readonly bare: () => Promise<unknown>
}

/** @param prepare makes the two for one repeat */
async function measure(what: string, wanted: number, prepare: () => Pair): Promise<Figure> {
  const ours: number[] = []
  const bare: number[] = []
  for (let repeat = 0; repeat < repeats; repeat++) {
    const pair = prepare()
    ours.push(await timeOf(pair.ours))
    bare.push(await timeOf(pair.bare))
  }
  return {
    what,
    wanted,
    p50: percentile(ours, 0.5),
    p99: percentile(ours, 0.99),
    bareP50: percentile(bare, 0.5),
    bareP99: percentile(bare, 0.99),
  }
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const beganAtMs = performance.now()
  await work()
  return performance.now() - beganAtMs
}
