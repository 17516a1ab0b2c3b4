import { sql } from 'kysely'
import { expect, it, onTestFinished } from 'vitest'
import { openNodeSqlite } from './node-sqlite.ts'
import { openKysely } from './sqlite-executor.ts'

interface Notes {
  readonly notes: { text: string }
}

it('lets others wait while a transaction goes on, which does not wait for them', async () => {
  const db = await open()
  const inside = Promise.withResolvers<void>()
  const writing = db.transaction().execute(async (transaction) => {
    await transaction.insertInto('notes').values({ text: 'first' }).execute()
    await inside.promise
    await transaction.insertInto('notes').values({ text: 'second' }).execute()
    throw new Error('on purpose')
  })
  const reading = db.selectFrom('notes').selectAll().execute()
  const adding = db.insertInto('notes').values({ text: 'third' }).execute()
  inside.resolve()
  await expect(writing).rejects.toThrow('on purpose')
  expect(await reading).toEqual([])
  await adding
  expect(await db.selectFrom('notes').selectAll().execute()).toEqual([{ text: 'third' }])
})

it('runs transactions one after another, in the order in which they come', async () => {
  const db = await open()
  const texts = ['a', 'b', 'c']
  await Promise.all(
    texts.map((text) =>
      db.transaction().execute(async (transaction) => {
        await transaction.insertInto('notes').values({ text }).execute()
        await new Promise(setImmediate)
        await transaction.insertInto('notes').values({ text }).execute()
      }),
    ),
  )
  const rows = await db.selectFrom('notes').selectAll().execute()
  expect(rows.map(({ text }) => text)).toEqual(['a', 'a', 'b', 'b', 'c', 'c'])
})

it('rejects what the database refuses, and goes on', async () => {
  const db = await open()
  await expect(sql`select * from absent`.execute(db)).rejects.toThrow('no such table')
  await expect(
    db.transaction().execute((transaction) => sql`select * from absent`.execute(transaction)),
  ).rejects.toThrow('no such table')
  await db.insertInto('notes').values({ text: 'x' }).execute()
  expect(await db.selectFrom('notes').selectAll().execute()).toHaveLength(1)
})

async function open() {
  const database = openNodeSqlite(':memory:')
  const db = await openKysely<Notes>(database)
  onTestFinished(() => db.destroy())
  await sql`create table notes (text text)`.execute(db)
  return db
}
