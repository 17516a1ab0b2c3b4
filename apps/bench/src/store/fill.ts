import type { SearchIndex } from '../../../server/src/search/search-index.ts'
import { wordsOf } from '../../../server/src/search/words.ts'
import { createRandom, createText } from './corpus.ts'
import type { Database } from './databases.ts'

export interface Size {
  readonly threads: number
  /** In each thread, but for the long ones. */
  readonly messages: number
  readonly longThreads: number
  readonly longMessages: number
}

export const owner = { workspaceId: 'default', userId: 'local' }

const rowsPerStatement = 400
const textsPerWrite = 2_000
const wordsPerMessage = 40
const beganAtMs = Date.parse('2026-01-01T00:00:00.000Z')

export function threadIdOf(index: number): string {
  return `t${index}`
}

/** One owner's threads and messages, as if they had come one after another. */
export async function fill(database: Database, size: Size): Promise<void> {
  const random = createRandom(1)
  const threads = createInserter(database, 'threads', [
    'workspace_id',
    'user_id',
    'id',
    'title',
    'created_at',
    'updated_at',
    'last_message_at',
  ])
  const messages = createInserter(database, 'messages', [
    'workspace_id',
    'user_id',
    'id',
    'thread_id',
    'parent_id',
    'role',
    'parts',
    'status',
    'created_at',
  ])
  await database.query('begin', [])
  for (let index = 0; index < size.threads; index++) {
    const id = threadIdOf(index)
    const time = new Date(beganAtMs + index * 1_000).toISOString()
    await threads.add([
      owner.workspaceId,
      owner.userId,
      id,
      createText(random, 5),
      time,
      time,
      time,
    ])
    if (index % rowsPerStatement === rowsPerStatement - 1) await threads.flush()
  }
  await threads.flush()
  await database.query('commit', [])
  // PostgreSQL looks up the thread of each message: it has to know by now that there are many.
  await database.query('analyze threads', [])
  await database.query('begin', [])
  for (let index = 0; index < size.threads; index++) {
    const id = threadIdOf(index)
    const time = new Date(beganAtMs + index * 1_000).toISOString()
    const count = index < size.longThreads ? size.longMessages : size.messages
    for (let at = 0; at < count; at++) {
      const text = createText(random, wordsPerMessage)
      await messages.add([
        owner.workspaceId,
        owner.userId,
        `${id}-${at}`,
        id,
        at === 0 ? null : `${id}-${at - 1}`,
        at % 2 === 0 ? 'user' : 'assistant',
        JSON.stringify([{ type: 'text', text }]),
        'complete',
        time,
      ])
    }
  }
  await messages.flush()
  await database.query('commit', [])
}

/** Indexes all that is pending, by the server's own code. */
export async function indexAll(index: SearchIndex): Promise<void> {
  for (;;) {
    const pending = await index.listPending(textsPerWrite)
    if (pending.length === 0) return
    await index.add(pending.map((text) => ({ ...text, words: wordsOf(text.text) })))
  }
}

function createInserter({ query }: Database, table: string, columns: readonly string[]) {
  let values: unknown[] = []
  const row = `(${columns.map(() => '?').join(', ')})`
  const flush = async () => {
    const rows = values.length / columns.length
    if (rows === 0) return
    const list = Array.from({ length: rows }, () => row).join(', ')
    await query(`insert into ${table} (${columns.join(', ')}) values ${list}`, values)
    values = []
  }
  return {
    add: async (fields: readonly unknown[]) => {
      values.push(...fields)
      if (values.length >= rowsPerStatement * columns.length) await flush()
    },
    flush,
  }
}
