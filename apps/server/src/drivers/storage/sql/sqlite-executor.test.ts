import { sql, type Transaction } from 'kysely'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openNodeSqlite } from './node-sqlite.ts'
import { openKysely } from './sqlite-executor.ts'

interface Notes {
  readonly notes: { text: string }
}

const ways = ['transact', 'db.transaction()'] as const

describe.each(ways)('a transaction of SQLite by %s', (way) => {
  it('has others wait, and does not wait for them', async () => {
    const { transact, add, list } = await open(way)
    const inside = Promise.withResolvers<void>()
    const writing = transact(async (transaction) => {
      await add('first', transaction)
      await inside.promise
      await add('second', transaction)
      throw new Error('on purpose')
    })
    const reading = list()
    const adding = add('third')
    inside.resolve()
    await expect(writing).rejects.toThrow('on purpose')
    expect(await reading).toEqual([])
    await adding
    expect(await list()).toEqual(['third'])
  })

  it('comes after those that were asked for before it', async () => {
    const { transact, add, list } = await open(way)
    const addTwice = (text: string) =>
      transact(async (transaction) => {
        await add(text, transaction)
        await new Promise(setImmediate)
        await add(text, transaction)
      })
    await Promise.all(['a', 'b', 'c'].map(addTwice))
    expect(await list()).toEqual(['a', 'a', 'b', 'b', 'c', 'c'])
  })

  it('rejects with what the database refuses, and lets the next one in', async () => {
    const { transact, add, list } = await open(way)
    const refused = transact((transaction) => sql`select * from absent`.execute(transaction))
    await expect(refused).rejects.toThrow('no such table')
    await transact((transaction) => add('next', transaction))
    expect(await list()).toEqual(['next'])
  })
})

it('says that the disk is full, though SQLite has rolled back by itself, and goes on', async () => {
  const { database, transact, add, list } = await open('transact')
  database.prepare('pragma max_page_count = 3').all([])
  const full = transact((transaction) => add('x'.repeat(100_000), transaction))
  await expect(full).rejects.toMatchObject({ problem: { code: 'storage_unavailable' } })
  await add('small')
  expect(await list()).toEqual(['small'])
})

async function open(way: (typeof ways)[number]) {
  const database = openNodeSqlite(':memory:')
  const { db, transact } = await openKysely<Notes>(database)
  onTestFinished(() => db.destroy())
  await sql`create table notes (text text)`.execute(db)
  const transactions = {
    transact,
    'db.transaction()': <T>(work: (transaction: Transaction<Notes>) => Promise<T>) =>
      db.transaction().execute(work),
  }
  return {
    database,
    transact: transactions[way],
    add: (text: string, session = db) => session.insertInto('notes').values({ text }).execute(),
    list: async () => (await db.selectFrom('notes').selectAll().execute()).map(({ text }) => text),
  }
}
