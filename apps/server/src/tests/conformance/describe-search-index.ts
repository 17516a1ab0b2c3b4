import type { Message } from '@assistant-ui-proxy/contract'
import { beforeEach, describe, expect, it } from 'vitest'
import type { CloudMessages, CloudStore } from '../../cloud/cloud-store.ts'
import type { Owner } from '../../identity/owner.ts'
import type { SearchIndex } from '../../search/search-index.ts'
import { parseWordQuery, wordsOf } from '../../search/words.ts'
import type { ThreadStore } from '../../threads/thread-store.ts'
import { growth, said, userMessage } from './describe-thread-store.ts'

type OpenStore = () => Promise<{
  store: ThreadStore
  searchIndex: SearchIndex
  cloudStore: CloudStore
  close: () => Promise<void>
}>

const owner: Owner = { workspaceId: 'w', userId: 'u' }
const stranger: Owner = { workspaceId: 'w', userId: 'other' }

/** What every `SearchIndex` does; run on each database. */
export function describeSearchIndex(name: string, open: OpenStore): void {
  describe(`SearchIndex: ${name}`, () => {
    let store: ThreadStore
    let index: SearchIndex
    let messages: CloudMessages

    beforeEach(async () => {
      const opened = await open()
      store = opened.store
      index = opened.searchIndex
      messages = opened.cloudStore.messages
      return opened.close
    })

    const say = (threadId: string, id: string, text: string, who = owner) =>
      store.addExchange(who, { threadId, messages: [{ ...userMessage(id), ...textOf(text) }] })
    const find = async (query: string, limit = 10, who = owner) =>
      (await index.find(who, parseWordQuery(query), limit)).map(
        ({ thread, messageId, text }) => `${thread.id} ${messageId ?? 'title'}: ${text}`,
      )
    const indexAll = async (textsAtATime = 2) => {
      for (;;) {
        const pending = await index.listPending(textsAtATime)
        if (pending.length === 0) return
        await index.add(pending.map((each) => ({ ...each, words: wordsOf(each.text) })))
      }
    }

    it('finds messages by all of their words, whatever the case and the accents', async () => {
      await say('t1', 'm1', 'The Blue Whale sings in Zürich')
      await say('t2', 'm2', 'A blue bird')
      expect(await find('blue whale')).toEqual([])
      await indexAll()
      expect(await find('BLUE whale')).toEqual(['t1 m1: The Blue Whale sings in Zürich'])
      expect(await find('zurich ')).toHaveLength(1)
      expect(await find('whales ')).toEqual([])
      expect(await find('wha')).toHaveLength(1)
      expect(await find('blue dog')).toEqual([])
    })

    it('finds titles, as they are now', async () => {
      await store.createThread(owner, { id: 't', title: 'About whales' })
      await indexAll()
      expect(await find('whales')).toEqual(['t title: About whales'])
      await store.updateThread(owner, 't', { title: 'About birds' })
      await indexAll()
      expect(await find('whales')).toEqual([])
      expect(await find('birds')).toEqual(['t title: About birds'])
      await store.createThread(owner, { id: 't2', title: null })
      await store.titleIfUntitled(owner, 't2', 'Named later')
      await indexAll()
      expect(await find('later')).toEqual(['t2 title: Named later'])
    })

    it('finds a reply once it has ended, and again what it says when it went on', async () => {
      const reply: Message = {
        ...userMessage('r'),
        role: 'assistant',
        parts: [],
        status: 'streaming',
      }
      await store.addExchange(owner, { threadId: 't', messages: [reply] })
      await indexAll()
      await store.saveReplies([growth('r', said('first words'), { type: 'finish' })])
      await indexAll()
      expect(await find('first')).toEqual(['t r: first words'])
      const resumed = { id: 'r', parts: textOf('other words').parts }
      await store.addExchange(owner, { threadId: 't', messages: [], resumed })
      await store.saveReplies([growth('r', said(' follow'), { type: 'finish' })])
      await indexAll()
      expect(await find('first')).toEqual([])
      expect(await find('follow')).toEqual(['t r: other words follow'])
    })

    it('gives each thread once, those written to last first, no more than are wanted', async () => {
      for (let round = 0; round < 3; round++)
        for (const id of ['a', 'b', 'c']) await say(id, `${id}${round}`, `whale ${id} ${round}`)
      await indexAll()
      expect(await find('whale')).toEqual(['c c2: whale c 2', 'b b2: whale b 2', 'a a2: whale a 2'])
      expect(await find('whale', 2)).toHaveLength(2)
    })

    it('looks further where one thread has all of the newest', async () => {
      await say('old', 'm', 'whale')
      await store.addExchange(owner, {
        threadId: 'new',
        messages: Array.from({ length: 1_300 }, (_, at) => ({
          ...userMessage(`n${at}`),
          ...textOf('whale'),
        })),
      })
      await indexAll(100)
      expect(await find('whale')).toEqual(['new n1299: whale', 'old m: whale'])
    })

    it('finds nothing of another owner, nor of a thread that was deleted', async () => {
      await say('t1', 'm1', 'whale')
      await say('t1', 'm1', 'whale of another', stranger)
      await indexAll()
      expect(await find('whale')).toEqual(['t1 m1: whale'])
      expect(await find('whale', 10, stranger)).toEqual(['t1 m1: whale of another'])
      await store.deleteThread(owner, 't1')
      expect(await find('whale')).toEqual([])
      expect(await find('whale', 10, stranger)).toHaveLength(1)
    })

    it('takes words that mean something to the database for words', async () => {
      await say('t', 'm', `NEAR(a b) AND "quote" it's * \\ : | & ! <-> OR NOT`)
      await indexAll()
      for (const query of ['near', 'AND', '"quote"', "it's", 'not or ', 'a & b'])
        expect(await find(query)).toHaveLength(1)
      expect(await find('near OR missing')).toEqual([])
    })

    it('indexes each text once where two servers do it', async () => {
      await say('t', 'm', 'whale')
      const pending = await index.listPending(10)
      const texts = pending.map((each) => ({ ...each, words: wordsOf(each.text) }))
      await Promise.all([index.add(texts), index.add(texts)])
      expect(await find('whale')).toHaveLength(1)
      expect(await index.listPending(10)).toEqual([])
    })

    it('leaves pending what has changed since it was read', async () => {
      await store.createThread(owner, { id: 't', title: 'before' })
      const pending = await index.listPending(10)
      await store.updateThread(owner, 't', { title: 'after' })
      await index.add(pending.map((each) => ({ ...each, words: wordsOf(each.text) })))
      expect((await index.listPending(10)).map(({ text }) => text)).toEqual(['after'])
      await indexAll()
      await say('t', 'm', 'apple')
      const before = await index.listPending(10)
      const change = { role: 'user' as const, ...textOf('banana'), format: 'f', content: {} }
      await messages.change(owner, 't', 'm', change)
      await index.add(before.map((each) => ({ ...each, words: wordsOf(each.text) })))
      expect((await index.listPending(10)).map(({ text }) => text)).toEqual(['banana'])
    })
  })
}

function textOf(text: string) {
  return { parts: [{ type: 'text' as const, text }] }
}
