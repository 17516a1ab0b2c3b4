import {
  createProblem,
  errorChunk,
  type Message,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Owner } from '../../identity/owner.ts'
import type { ReplyGrowth, RunClaim, ThreadStore } from '../../threads/thread-store.ts'

type OpenStore = () => Promise<{ store: ThreadStore; close: () => Promise<void> }>

const owner: Owner = { workspaceId: 'w', userId: 'u' }
const stranger: Owner = { workspaceId: 'w', userId: 'other' }

/** What a store of another service cannot promise; each is told in its driver's documentation. */
export interface Shortcomings {
  /** A failure leaves what had been added before it. */
  readonly addsOneByOne?: boolean
  /** Messages are dated by when it got them. */
  readonly datesMessages?: boolean
  /** It cannot look for the replies of all owners. */
  readonly knowsNoOwners?: boolean
}

/** What every `ThreadStore` does; run on each driver. */
export function describeThreadStore(
  name: string,
  open: OpenStore,
  { addsOneByOne = false, datesMessages = false, knowsNoOwners = false }: Shortcomings = {},
): void {
  describe(`ThreadStore: ${name}`, () => {
    let store: ThreadStore

    beforeEach(async () => {
      const opened = await open()
      store = opened.store
      return opened.close
    })

    describe('threads', () => {
      it('gives back a thread as it was made', async () => {
        const thread = await store.createThread(owner, { id: 't', title: 'Naïve 🙂 title' })
        expect(thread).toMatchObject({ id: 't', title: 'Naïve 🙂 title', is_archived: false })
        expect(new Date(thread.created_at).toISOString()).toBe(thread.created_at)
        expect(await store.getThread(owner, 't')).toEqual(thread)
      })

      it('refuses an id that its owner has, and gives it to another owner', async () => {
        await store.createThread(owner, { id: 't', title: null })
        await expect(store.createThread(owner, { id: 't', title: null })).rejects.toMatchObject({
          problem: { code: 'id_taken' },
        })
        await expect(store.createThread(stranger, { id: 't', title: null })).resolves.toBeDefined()
      })

      it('changes only what an update names', async () => {
        await store.createThread(owner, { id: 't', title: 'Before' })
        expect(await store.updateThread(owner, 't', { is_archived: true })).toMatchObject({
          title: 'Before',
          is_archived: true,
        })
        expect(await store.updateThread(owner, 't', { title: 'After' })).toMatchObject({
          title: 'After',
          is_archived: true,
        })
      })

      it('keeps a title that is there when a generated one comes', async () => {
        await store.createThread(owner, { id: 't', title: null })
        expect((await store.titleIfUntitled(owner, 't', 'First'))?.title).toBe('First')
        expect((await store.titleIfUntitled(owner, 't', 'Second'))?.title).toBe('First')
      })

      it('pages through a list in the order of activity without a gap or a repeat', async () => {
        const ids = Array.from({ length: 25 }, (_, index) => `t${index}`)
        // Several share a millisecond: the id decides between them.
        for (const id of ids) await store.addExchange(owner, exchange(id, [userMessage(`m-${id}`)]))
        const listed: string[] = []
        for (let after: string | undefined; ; after = listed.at(-1)) {
          const page = await store.listThreads(owner, { limit: 7, after, is_archived: false })
          listed.push(...page.map(({ id }) => id))
          if (page.length < 7) break
        }
        expect(listed.toSorted()).toEqual(ids.toSorted())
        const all = await store.listThreads(owner, { limit: 100, is_archived: false })
        expect(listed).toEqual(all.map(({ id }) => id))
        const times = all.map((thread) => thread.last_message_at)
        expect(times).toEqual(times.toSorted().toReversed())
      })

      it('never mixes archived threads with the others', async () => {
        await store.createThread(owner, { id: 'a', title: null })
        await store.createThread(owner, { id: 'b', title: null })
        await store.updateThread(owner, 'b', { is_archived: true })
        const idsOf = async (is_archived: boolean) =>
          (await store.listThreads(owner, { limit: 10, is_archived })).map(({ id }) => id)
        expect(await idsOf(false)).toEqual(['a'])
        expect(await idsOf(true)).toEqual(['b'])
      })

      it('refuses to page on from a thread that there is not', async () => {
        const query = { limit: 10, after: 'gone', is_archived: false }
        await expect(store.listThreads(owner, query)).rejects.toMatchObject({
          problem: { code: 'invalid_request' },
        })
      })

      it('deletes a thread with its messages', async () => {
        await store.addExchange(owner, exchange('t', [userMessage('m')]))
        expect(await store.deleteThread(owner, 't')).toBe(true)
        expect(await store.deleteThread(owner, 't')).toBe(false)
        expect(await store.getThread(owner, 't')).toBeUndefined()
        expect(await store.listMessages(owner, 't')).toEqual([])
        // The id of the message is free again.
        await store.addExchange(owner, exchange('t2', [userMessage('m')]))
      })
    })

    describe('messages', () => {
      it('makes the thread with its first exchange and lists parents before children', async () => {
        const messages = [userMessage('u1'), reply('a1', 'u1')]
        await store.addExchange(owner, exchange('t', messages))
        await store.addExchange(owner, exchange('t', [userMessage('u2', 'a1'), reply('a2', 'u2')]))
        await store.addExchange(owner, exchange('t', [reply('a1b', 'u1')]))
        const listed = await store.listMessages(owner, 't')
        expect(listed.map(({ id }) => id)).toEqual(['u1', 'a1', 'u2', 'a2', 'a1b'])
        const dated = datesMessages ? { created_at: listed[0]?.created_at } : {}
        expect(listed[0]).toEqual({ ...messages[0], ...dated })
      })

      it('begins a thread that there is not, and does nothing to one that there is', async () => {
        const first = exchange('t', [userMessage('u1'), reply('a1', 'u1')])
        expect(await store.beginThread(owner, first)).toBe(true)
        const before = await store.getThread(owner, 't')
        expect(await store.beginThread(owner, exchange('t', [userMessage('u2')]))).toBe(false)
        expect((await store.listMessages(owner, 't')).map(({ id }) => id)).toEqual(['u1', 'a1'])
        expect(await store.getThread(owner, 't')).toEqual(before)
        expect(await store.beginThread(stranger, first)).toBe(true)
        expect(await store.listMessages(stranger, 't')).toHaveLength(2)
      })

      it.skipIf(addsOneByOne)('begins no thread whose messages are those of another', async () => {
        await store.addExchange(owner, exchange('t', [userMessage('u1')]))
        const clash = exchange('fresh', [userMessage('u2'), userMessage('u1')])
        await expect(store.beginThread(owner, clash)).rejects.toMatchObject({
          problem: { code: 'id_taken' },
        })
        expect(await store.getThread(owner, 'fresh')).toBeUndefined()
      })

      it.skipIf(addsOneByOne)('begins no thread with a message that follows another', async () => {
        const first = exchange('fresh', [userMessage('u1', 'elsewhere')])
        await expect(store.beginThread(owner, first)).rejects.toMatchObject({
          problem: { code: 'message_not_found' },
        })
        expect(await store.getThread(owner, 'fresh')).toBeUndefined()
      })

      it('gives the newest messages where that is enough', async () => {
        const ids = ['u1', 'u2', 'u3', 'u4']
        for (const id of ids) await store.addExchange(owner, exchange('t', [userMessage(id)]))
        const listed = (await store.listMessages(owner, 't', 2)).map(({ id }) => id)
        expect(listed.slice(-2)).toEqual(['u3', 'u4'])
        expect((await store.listMessages(owner, 't', 9)).map(({ id }) => id)).toEqual(ids)
      })

      it('moves a thread to the front of the list with every exchange', async () => {
        await store.addExchange(owner, exchange('old', [userMessage('u1')]))
        await new Promise((resolve) => setTimeout(resolve, 2))
        await store.addExchange(owner, exchange('new', [userMessage('u2')]))
        await new Promise((resolve) => setTimeout(resolve, 2))
        await store.addExchange(owner, exchange('old', [userMessage('u3', 'u1')]))
        const list = await store.listThreads(owner, { limit: 10, is_archived: false })
        expect(list.map(({ id }) => id)).toEqual(['old', 'new'])
      })

      it.skipIf(addsOneByOne)('adds all messages of an exchange or none', async () => {
        await store.addExchange(owner, exchange('t', [userMessage('u1')]))
        const clash = exchange('fresh', [userMessage('u2'), userMessage('u1')])
        await expect(store.addExchange(owner, clash)).rejects.toMatchObject({
          problem: { code: 'id_taken' },
        })
        expect(await store.getThread(owner, 'fresh')).toBeUndefined()
        expect(await store.findMessages(owner, 'fresh', ['u2'])).toEqual([])
      })

      it('gives the branch from the root to a message, without its siblings', async () => {
        await store.addExchange(owner, exchange('t', [userMessage('u1'), reply('a1', 'u1')]))
        await store.addExchange(
          owner,
          exchange('t', [reply('a1b', 'u1'), userMessage('u2', 'a1b')]),
        )
        const branch = await store.listBranch(owner, 't', 'u2')
        expect(branch.map(({ id }) => id)).toEqual(['u1', 'a1b', 'u2'])
        expect(await store.listBranch(owner, 't', 'nobody')).toEqual([])
        expect(await store.listBranch(owner, 'another', 'u2')).toEqual([])
      })

      it.skipIf(knowsNoOwners)('ends a branch of messages that follow each other', async () => {
        const circle = [userMessage('u0'), userMessage('u1', 'u2'), userMessage('u2', 'u1')]
        await store.addExchange(owner, exchange('t', circle))
        const branch = await store.listBranch(owner, 't', 'u2')
        expect(branch.map(({ id }) => id)).toEqual(['u1', 'u2'])
      })

      it.skipIf(knowsNoOwners)('goes on from no message that is gone, nor with one', async () => {
        const [question, answer] = [userMessage('u1'), reply('a1', 'u1')]
        await store.addExchange(owner, exchange('t', [question, answer]))
        const gone = { problem: { code: 'message_not_found' } }
        for (const threadId of ['t', 'another']) {
          const next = exchange(threadId, [userMessage('u2', 'nobody'), reply('a2', 'u2')])
          await expect(store.addExchange(owner, next)).rejects.toMatchObject(gone)
          const resumed = { ...exchange(threadId, []), resumed: { id: 'nobody', parts: [] } }
          await expect(store.addExchange(owner, resumed)).rejects.toMatchObject(gone)
        }
        const elsewhere = exchange('another', [userMessage('u2', 'a1'), reply('a2', 'u2')])
        await expect(store.addExchange(owner, elsewhere)).rejects.toMatchObject(gone)
        expect(await store.getThread(owner, 'another')).toBeUndefined()
        await store.addExchange(owner, exchange('t', [userMessage('u2', 'a1')]))
        await store.deleteThread(owner, 't')
        const late = exchange('t', [userMessage('u3', 'u2')])
        await expect(store.addExchange(owner, late)).rejects.toMatchObject(gone)
        expect(await store.getThread(owner, 't')).toBeUndefined()
      })

      it('finds messages of the thread by id, however many are named', async () => {
        await store.addExchange(owner, exchange('t', [userMessage('u1'), reply('a1', 'u1')]))
        for (const others of [1, 70_000]) {
          const ids = ['a1', ...Array.from({ length: others }, (_, at) => `nobody${at}`), 'a1']
          const found = await store.findMessages(owner, 't', ids)
          expect(found.map(({ id }) => id)).toEqual(['a1'])
        }
        expect(await store.findMessages(owner, 'another', ['a1'])).toEqual([])
        expect(await store.findMessages(owner, 't', [])).toEqual([])
      })

      it('ends a reply with all that its chunks said', async () => {
        await store.addExchange(owner, exchange('t', [userMessage('u1'), reply('a1', 'u1')]))
        const text = "it's “fine” \n \u2028 🙂"
        await store.saveReplies([
          growth('a1', said(text), {
            type: 'finish',
            finishReason: 'stop',
            messageMetadata: { model: 'x' },
          }),
        ])
        expect((await store.listMessages(owner, 't'))[1]).toMatchObject({
          parts: [{ type: 'text', text, state: 'done' }],
          status: 'complete',
          metadata: { model: 'x' },
          error: null,
        })
      })

      it('gives a reply that streams as far as it was saved, at every step', async () => {
        await store.addExchange(owner, exchange('t', [userMessage('u1'), reply('a1', 'u1')]))
        let text = ''
        for (const word of ['It ', 'grows ', 'word ', 'by ', 'word.']) {
          text += word
          await store.saveReplies([growth('a1', said(word))])
          const parts = [{ type: 'text', text, state: 'streaming' }]
          const read = [
            (await store.listMessages(owner, 't')).at(1),
            (await store.listBranch(owner, 't', 'a1')).at(1),
            (await store.findMessages(owner, 't', ['a1'])).at(0),
          ]
          for (const message of read) expect(message).toMatchObject({ status: 'streaming', parts })
        }
        await store.saveReplies([growth('a1', said(' Done.'), finish)])
        expect((await store.listMessages(owner, 't'))[1]).toMatchObject({
          status: 'complete',
          parts: [{ text: `${text} Done.`, state: 'done' }],
        })
      })

      it('has what was saved twice, or with more behind it, once', async () => {
        await store.addExchange(owner, exchange('t', [userMessage('u1'), reply('a1', 'u1')]))
        const [first, more] = [growth('a1', said('over ')), growth('a1', said('and '))]
        await store.saveReplies([first])
        const both = { ...first, chunks: [...first.chunks, ...more.chunks] }
        // Also a write that was given up on, and comes after the one in its place.
        for (const again of [both, first]) await store.saveReplies([again])
        expect((await store.listMessages(owner, 't'))[1]?.parts).toMatchObject([
          { text: 'over and ' },
        ])
        const end = { ...more, chunks: [...more.chunks, said('done'), finish] }
        for (const again of [end, end, both]) await store.saveReplies([again])
        expect((await store.listMessages(owner, 't'))[1]).toMatchObject({
          status: 'complete',
          parts: [{ text: 'over and done', state: 'done' }],
        })
      })

      it('takes no harm from a thread that is deleted while its reply streams', async () => {
        await store.addExchange(owner, exchange('t', [userMessage('u1'), reply('a1', 'u1')]))
        await store.saveReplies([growth('a1', said('so'))])
        await store.deleteThread(owner, 't')
        await store.saveReplies([growth('a1', said(' far'))])
        await store.saveReplies([growth('a1', said(', so good'), finish)])
        expect(await store.listMessages(owner, 't')).toEqual([])
      })

      it('leaves out a reply whose thread is gone, and saves the others', async () => {
        await store.addExchange(owner, exchange('t', [userMessage('u1'), reply('a1', 'u1')]))
        await store.saveReplies([growth('gone', finish), growth('a1', finish)])
        expect((await store.listMessages(owner, 't'))[1]?.status).toBe('complete')
      })

      it.skipIf(knowsNoOwners)(
        'fails the replies that a server left when its lease ran out, with what they have',
        async () => {
          const messages = [userMessage('u1'), reply('a1', 'u1')]
          await store.addExchange(owner, { threadId: 't', messages, run: claim('r1') })
          await store.addExchange(owner, exchange('t', [reply('a2', 'u1')]))
          const metadata = { type: 'message-metadata' as const, messageMetadata: 1 }
          const inRun = { runId: 'r1' }
          await store.saveReplies([
            { ...growth('a1', metadata, said('half a sen')), ...inRun },
            growth('a2', finish),
          ])
          await store.saveReplies([{ ...growth('a1', said('tence')), ...inRun }])
          const problem = createProblem('run_interrupted', 'The server stopped.')
          expect(await store.failAbandoned('b', problem)).toEqual(['r1'])
          expect(await store.failAbandoned('b', problem)).toEqual([])
          const [, failed, untouched] = await store.listMessages(owner, 't')
          expect(failed).toMatchObject({
            status: 'failed',
            error: problem,
            metadata: 1,
            parts: [{ type: 'text', text: 'half a sentence', state: 'done' }],
          })
          expect(untouched?.status).toBe('complete')
        },
      )
    })

    describe.skipIf(knowsNoOwners)('runs', () => {
      const problem = createProblem('run_interrupted', 'The server stopped.')
      const begin = (id: string, run: RunClaim, replyId = `reply-${id}`) =>
        store.addExchange(owner, {
          threadId: 't',
          messages: [userMessage(id), reply(replyId, id)],
          run,
        })
      const end = (runId: string, ...chunks: UIMessageChunk[]) =>
        store.saveReplies([{ ...growth('reply-u1', ...chunks), runId }])

      it('finds the run that goes on in a thread, and each by its id', async () => {
        await begin('u1', claim('r1', 'first'))
        const run = {
          runId: 'r1',
          name: 'first',
          fingerprint: 'print',
          replyId: 'reply-u1',
          status: 'streaming',
        }
        expect(await store.findRun(owner, 't')).toEqual(run)
        await end('r1', finish)
        expect(await store.findRun(owner, 't')).toBeUndefined()
        expect(await store.findRun(owner, 't', 'r1')).toEqual({ ...run, status: 'complete' })
        expect(await store.findRun(owner, 't', 'r2')).toBeUndefined()
        expect(await store.findRun(stranger, 't', 'r1')).toBeUndefined()
      })

      it('lets one at a time into a thread, and leaves nothing of the other', async () => {
        await begin('u1', claim('r1'))
        await expect(begin('u2', claim('r2'))).rejects.toMatchObject({ run: { runId: 'r1' } })
        expect(await store.listMessages(owner, 't')).toHaveLength(2)
        const elsewhere = { threadId: 't2', messages: [userMessage('u9')], run: claim('r3') }
        await store.addExchange(owner, elsewhere)
        await end('r1', finish)
        await begin('u2', claim('r2'))
      })

      it('gives a name to one run, for good', async () => {
        await begin('u1', claim('r1', 'once'))
        await end('r1', finish)
        await expect(begin('u2', claim('r2', 'once'))).rejects.toMatchObject({
          run: { runId: 'r1', status: 'complete', fingerprint: 'print' },
        })
        await begin('u3', claim('r3', 'other'))
      })

      it('gives the name of a run that failed to the next that asks for it', async () => {
        await begin('u1', claim('r1', 'once'))
        await end('r1', errorChunk(problem))
        const messages = [reply('again', 'u1')]
        await store.addExchange(owner, { threadId: 't', messages, run: claim('r2', 'once') })
        expect(await store.findRun(owner, 't')).toMatchObject({ runId: 'r2', name: 'once' })
      })

      it('goes on with a reply that is there, under a new run', async () => {
        await begin('u1', claim('r1'))
        await end('r1', finish)
        const parts = [{ type: 'text' as const, text: 'so far', state: 'done' as const }]
        const resumed = { id: 'reply-u1', parts }
        await store.addExchange(owner, { threadId: 't', messages: [], resumed, run: claim('r2') })
        expect(await store.findRun(owner, 't')).toMatchObject({ runId: 'r2', replyId: 'reply-u1' })
        expect((await store.listMessages(owner, 't'))[1]).toMatchObject({
          status: 'streaming',
          parts,
        })
      })

      it('goes on where it was with a reply that was failed too early', async () => {
        await begin('u1', claim('r1'))
        const heard = growth('reply-u1', { type: 'start-step' }, said('ha'))
        await store.saveReplies([{ ...heard, runId: 'r1' }])
        await store.failAbandoned('b', problem)
        await end('r1', said('lf'))
        expect((await store.listMessages(owner, 't'))[1]).toMatchObject({ status: 'failed' })
        const late = growth('reply-u1', said(' and half'), { type: 'finish-step' }, finish)
        const ending = {
          ...heard,
          runId: 'r1',
          chunks: [...heard.chunks, said('lf'), ...late.chunks],
        }
        for (const again of [ending, ending]) await store.saveReplies([again])
        expect((await store.listMessages(owner, 't'))[1]).toMatchObject({
          status: 'complete',
          error: null,
          parts: [{ type: 'step-start' }, { type: 'text', text: 'half and half', state: 'done' }],
        })
      })

      it('keeps a run that was failed too early out of the one that took its place', async () => {
        await begin('u1', claim('r1'))
        await store.failAbandoned('b', problem)
        await end('r1', said('late'))
        const resumed = { id: 'reply-u1', parts: [] }
        await store.addExchange(owner, { threadId: 't', messages: [], resumed, run: claim('r2') })
        await end('r1', said('later'))
        await end('r1', finish)
        await end('r2', said('anew'))
        expect((await store.listMessages(owner, 't'))[1]).toMatchObject({
          status: 'streaming',
          parts: [{ text: 'anew' }],
        })
      })

      it('leaves the runs of servers that are alive to them', async () => {
        await store.renewLease('a', 60_000)
        await begin('u1', claim('r1'))
        expect(await store.failAbandoned('b', problem)).toEqual([])
        await store.renewLease('a', 0)
        expect(await store.failAbandoned('a', problem)).toEqual([])
        await expect.poll(() => store.failAbandoned('b', problem)).toEqual(['r1'])
      })
    })

    it('answers a stranger as if there were nothing', async () => {
      await store.addExchange(owner, exchange('t', [userMessage('u1'), reply('a1', 'u1')]))
      expect(await store.getThread(stranger, 't')).toBeUndefined()
      expect(await store.updateThread(stranger, 't', { title: 'mine' })).toBeUndefined()
      expect(await store.titleIfUntitled(stranger, 't', 'mine')).toBeUndefined()
      expect(await store.deleteThread(stranger, 't')).toBe(false)
      expect(await store.listThreads(stranger, { limit: 10, is_archived: false })).toEqual([])
      expect(await store.listMessages(stranger, 't')).toEqual([])
      expect(await store.listBranch(stranger, 't', 'a1')).toEqual([])
      expect(await store.findMessages(stranger, 't', ['a1'])).toEqual([])
      await store.saveReplies([{ ...growth('a1', finish), owner: stranger }])
      expect((await store.listMessages(owner, 't'))[1]?.status).toBe('streaming')
      await store.addExchange(stranger, exchange('t', [userMessage('u1')]))
      expect(await store.listMessages(owner, 't')).toHaveLength(2)
    })

    it('answers a ping', async () => {
      await expect(store.ping()).resolves.toBeUndefined()
    })
  })
}

function exchange(threadId: string, messages: Message[]) {
  return { threadId, messages }
}

const finish: UIMessageChunk = { type: 'finish' }

export function said(delta: string): UIMessageChunk {
  return { type: 'text-delta', id: '0', delta }
}

let saved = 0

/** Behind all that was saved before. */
export function growth(messageId: string, ...chunks: UIMessageChunk[]): ReplyGrowth {
  const position = saved
  saved += chunks.length
  return { owner, messageId, runId: null, position, chunks }
}

/** Of the server `a`. */
function claim(runId: string, name?: string): RunClaim {
  return { runId, name, fingerprint: 'print', serverId: 'a' }
}

export function userMessage(id: string, parentId: string | null = null): Message {
  return {
    id,
    parent_id: parentId,
    role: 'user',
    parts: [{ type: 'text', text: id }],
    status: 'complete',
    error: null,
    metadata: undefined,
    created_at: new Date().toISOString(),
  }
}

/** About to come. */
export function reply(id: string, parentId: string): Message {
  return { ...userMessage(id, parentId), role: 'assistant', parts: [], status: 'streaming' }
}
