import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  createProblem,
  ProblemError,
  textOfParts,
  type ChatBody,
  type Message,
  type Problem,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import type { ChatSource } from './chat-source.ts'
import { ChatStore } from './chat-store.ts'
import type { Row } from './message-tree.ts'
import type { Unsent, UnsentMessages } from './unsent.ts'

const hello = [{ type: 'text' as const, text: 'Hello' }]
const unreachable = new ProblemError(createProblem('server_unreachable', 'No way there.'))

describe('ChatStore', () => {
  it('sends only what is new, and takes over the id of the reply', async () => {
    const { store, bodies } = openNew(() => reply('r1', 'Hi'))
    store.say(hello, null)
    await ended(store)
    expect(bodies).toEqual([
      {
        id: 't1',
        parent_id: null,
        messages: [{ id: rows(store)[0]?.id, role: 'user', parts: hello }],
        trigger: 'submit-message',
      },
    ])
    expect(branch(store)).toEqual(['Hello', 'Hi'])
    expect(store.getSnapshot()).toMatchObject({ headId: 'r1', isRunning: false })
    expect(rows(store).every((row) => !row.isLocal)).toBe(true)
  })

  it('shows the question and the waiting reply before the server answers', async () => {
    const { store } = openNew(() => reply('r1', 'Hi'))
    store.say(hello, null)
    expect(rows(store).map(({ role, status }) => [role, status])).toEqual([
      ['user', 'complete'],
      ['assistant', 'streaming'],
    ])
    expect(store.getSnapshot().isRunning).toBe(true)
    await ended(store)
  })

  it('publishes once per frame however many chunks come', async () => {
    const frames: (() => void)[] = []
    const gate = Promise.withResolvers<void>()
    async function* words(): AsyncGenerator<UIMessageChunk> {
      yield { type: 'start', messageId: 'r1' }
      yield { type: 'text-start', id: '0' }
      for (const delta of 'abcdefghij') yield { type: 'text-delta', id: '0', delta }
      await gate.promise
      yield { type: 'finish' }
    }
    const { store } = openNew(words, { schedule: (frame) => (frames.push(frame), () => undefined) })
    store.say(hello, null)
    const listener = vi.fn<() => void>()
    store.subscribe(listener)
    await vi.waitFor(() => expect(frames).toHaveLength(1))
    await delay(5)
    frames[0]?.()
    expect(listener).toHaveBeenCalledTimes(1)
    expect(branch(store)).toEqual(['Hello', 'abcdefghij'])
    gate.resolve()
    await ended(store)
    expect(listener).toHaveBeenCalledTimes(2)
  })

  it('keeps the identity of rows that did not change', async () => {
    const replies = ['r1', 'r2']
    const { store } = openNew(() => reply(replies.shift() ?? '', 'Hi'))
    store.say(hello, null)
    await ended(store)
    const before = rows(store)
    store.say(hello, 'r1')
    await ended(store)
    expect(rows(store)[0]).toBe(before[0])
    expect(rows(store)[1]).toBe(before[1])
  })

  it('makes a sibling of the reply that is asked for again, and a sibling of an edited question', async () => {
    const replies = ['r1', 'r2', 'r3']
    const { store, bodies } = openNew(() => reply(replies.shift() ?? '', 'Hi'))
    store.say(hello, null)
    await ended(store)
    const questionId = rows(store)[0]?.id ?? ''
    store.answerAgain(questionId)
    await ended(store)
    expect(bodies[1]).toMatchObject({
      trigger: 'regenerate-message',
      messages: [{ id: questionId }],
    })
    expect(rows(store).filter((row) => row.parentId === questionId)).toHaveLength(2)
    store.say([{ type: 'text', text: 'Good day' }], null)
    await ended(store)
    expect(rows(store).filter((row) => row.parentId === null)).toHaveLength(2)
    expect(branch(store)).toEqual(['Good day', 'Hi'])
    store.showBranch('r1')
    expect(branch(store)).toEqual(['Hello', 'Hi'])
  })

  it('keeps what had come when it is stopped, and takes nothing that comes after', async () => {
    const gate = Promise.withResolvers<void>()
    async function* slow(): AsyncGenerator<UIMessageChunk> {
      yield* begin('r1', 'Half')
      await gate.promise
      yield { type: 'text-delta', id: '0', delta: ' more' }
      yield { type: 'finish' }
    }
    const { store, stops } = openNew(slow, {
      load: async () => [
        message({ id: rows(store)[0]?.id ?? '', role: 'user', parts: hello }),
        message({
          id: 'r1',
          parent_id: rows(store)[0]?.id ?? '',
          status: 'stopped',
          parts: textParts('Half'),
        }),
      ],
    })
    store.say(hello, null)
    await vi.waitFor(() => expect(branch(store)).toEqual(['Hello', 'Half']))
    store.stop()
    expect(store.getSnapshot().isRunning).toBe(false)
    expect(stops()).toBe(1)
    gate.resolve()
    await delay(5)
    expect(branch(store)).toEqual(['Hello', 'Half'])
    expect(rows(store)[1]).toMatchObject({ status: 'stopped' })
  })

  it('tells the server to stop until it does, and says the next thing only then', async () => {
    const answers = [false, true]
    const gate = Promise.withResolvers<void>()
    async function* waiting(): AsyncGenerator<UIMessageChunk> {
      await gate.promise
      yield { type: 'abort' }
    }
    const sends = [waiting, () => reply('r2', 'Bye')]
    const { store, bodies, stops } = openNew(() => sends.shift()?.() ?? chunks(), {
      stop: async () => answers.shift() ?? true,
    })
    store.say(hello, null)
    await vi.waitFor(() => expect(bodies).toHaveLength(1))
    store.stop()
    store.say(hello, null)
    await delay(50)
    expect(bodies).toHaveLength(1)
    await ended(store)
    expect(stops()).toBe(2)
    expect(bodies).toHaveLength(2)
    gate.resolve()
  })

  it('goes on with a reply that was being written when it was opened', async () => {
    const loaded = [
      message({ id: 'u1', role: 'user', parts: hello }),
      message({ id: 'r1', parent_id: 'u1', status: 'streaming', parts: textParts('Ha') }),
    ]
    const gate = Promise.withResolvers<void>()
    async function* rest(): AsyncGenerator<UIMessageChunk> {
      yield* begin('r1', 'Half')
      await gate.promise
      yield { type: 'finish' }
    }
    const { store } = open(
      () => chunks(),
      async () => loaded,
      { follow: async () => rest() },
    )
    await vi.waitFor(() => expect(branch(store)).toEqual(['Hello', 'Half']))
    expect(store.getSnapshot().isRunning).toBe(true)
    gate.resolve()
    await ended(store)
    expect(rows(store)[1]).toMatchObject({ id: 'r1', status: 'complete' })
  })

  it('looks at a reply again that it cannot follow, until it has ended', async () => {
    let status: Message['status'] = 'streaming'
    const { store } = open(
      () => chunks(),
      async () => [message({ id: 'r1', status, parts: textParts('Whole') })],
    )
    store.subscribe(() => undefined)
    await vi.waitFor(() => expect(rows(store)).toHaveLength(1))
    await ended(store)
    status = 'complete'
    await vi.waitFor(() => expect(rows(store)[0]?.status).toBe('complete'), { timeout: 3_000 })
  })

  it('goes on looking at it when that fails too', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const answers = [
      async () => [message({ id: 'r1', status: 'streaming' })],
      () => Promise.reject(unreachable),
      () => Promise.reject(unreachable),
      async () => [message({ id: 'r1', parts: textParts('Whole') })],
    ]
    const { store, problems } = open(
      () => chunks(),
      async () => answers.shift()?.() ?? [],
    )
    store.subscribe(() => undefined)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(rows(store)[0]).toMatchObject({ status: 'complete', parts: textParts('Whole') })
    expect(answers).toEqual([])
    expect(problems).toEqual([unreachable.problem, unreachable.problem])
  })

  it('fails a reply with the problem of its error chunk', async () => {
    const problem = createProblem('upstream_error', 'It broke.')
    const { store } = openNew(() =>
      chunks(
        { type: 'start', messageId: 'r1' },
        { type: 'error', errorText: JSON.stringify(problem) },
      ),
    )
    store.say(hello, null)
    await ended(store)
    expect(rows(store)[1]).toMatchObject({ id: 'r1', status: 'failed', problem })
  })

  it('fails a reply whose stream ends without its last chunk', async () => {
    const { store } = openNew(() => begin('r1', 'Half'))
    store.say(hello, null)
    await ended(store)
    expect(rows(store)[1]).toMatchObject({
      status: 'failed',
      problem: { code: 'stream_interrupted' },
    })
  })

  it('takes the stored words and problem of a reply that it lost and that failed', async () => {
    const problem = createProblem('upstream_error', 'It broke.')
    const { store } = openLost({ status: 'failed', error: problem, parts: textParts('Half more') })
    store.say(hello, null)
    await vi.waitFor(() => expect(rows(store)[1]).toMatchObject({ status: 'failed', problem }))
    expect(branch(store)).toEqual(['Hello', 'Half more'])
    const before = rows(store)[1]
    await store.refresh()
    expect(rows(store)[1]).toBe(before)
  })

  it('takes the stored words of a reply that it lost and that was stopped, and says why it lost it', async () => {
    const { store } = openLost({ status: 'stopped', parts: textParts('Half more') })
    store.say(hello, null)
    await vi.waitFor(() => expect(branch(store)).toEqual(['Hello', 'Half more']))
    const problem = { code: 'stream_interrupted' }
    expect(rows(store)[1]).toMatchObject({ status: 'failed', problem })
  })

  it('keeps a message that could not be sent, through a reload too, and sends it under the same id', async () => {
    const unsent = memoryOfUnsent()
    let isUp = false
    const send = () => (isUp ? reply('r1', 'Hi') : failing(unreachable))
    const first = openNew(send, { unsent })
    first.store.say(hello, null)
    await ended(first.store)
    const id = rows(first.store)[0]?.id
    expect(rows(first.store)[1]).toMatchObject({ status: 'failed', problem: unreachable.problem })

    isUp = true
    const missing = new ProblemError(createProblem('thread_not_found', 'There is no thread t1.'))
    const second = open(send, () => Promise.reject(missing), { unsent })
    await vi.waitFor(() => expect(second.store.getSnapshot().phase).toBe('ready'))
    expect(rows(second.store)[0]).toMatchObject({ id, parts: hello, isLocal: true })
    second.store.answerAgain(id ?? '')
    await ended(second.store)
    expect(second.bodies[0]).toMatchObject({ trigger: 'submit-message', messages: [{ id }] })
    expect(branch(second.store)).toEqual(['Hello', 'Hi'])
    expect(rows(second.store)).toHaveLength(2)
    expect(unsent.all()).toEqual([])
  })

  it('keeps a message for a thread that was deleted elsewhere, says so, and begins it anew', async () => {
    const missing = new ProblemError(createProblem('thread_not_found', 'There is no thread t1.'))
    const refused = new ProblemError(createProblem('message_not_found', 'There is no message r0.'))
    let isThere = true
    const unsent = memoryOfUnsent()
    const load = async () => {
      if (!isThere) throw missing
      return [message({ id: 'r0', parts: textParts('Before') })]
    }
    const send = (body: ChatBody) =>
      body.parent_id === null ? reply('r1', 'Hi') : failing(refused)
    const { store, bodies } = open(send, load, { unsent })
    await vi.waitFor(() => expect(store.getSnapshot().headId).toBe('r0'))
    isThere = false
    store.say(hello, 'r0')
    const problem = { code: 'thread_not_found', title: 'This conversation was deleted' }
    await vi.waitFor(() => expect(rows(store).at(-1)).toMatchObject({ problem }))
    expect(branch(store)).toEqual(['Hello', ''])

    // Through a reload, too.
    const { store: reloaded } = open(send, load, { unsent })
    await vi.waitFor(() => expect(rows(reloaded).at(-1)).toMatchObject({ problem }))

    store.answerAgain(rows(store)[0]?.id ?? '')
    await ended(store)
    expect(branch(store)).toEqual(['Hello', 'Hi'])
    expect(bodies.at(-1)).toMatchObject({ trigger: 'submit-message', parent_id: null })
    expect(unsent.all()).toEqual([])
  })

  it('shows no longer what was deleted elsewhere, says so, and begins it anew with what is said next', async () => {
    const missing = new ProblemError(createProblem('thread_not_found', 'There is no thread t1.'))
    let isThere = true
    const { store, bodies } = open(
      () => reply('r1', 'Hi'),
      async () => {
        if (!isThere) throw missing
        return [message({ id: 'r0', parts: textParts('Before') })]
      },
    )
    await vi.waitFor(() => expect(store.getSnapshot().headId).toBe('r0'))
    isThere = false
    await store.refresh()
    expect(store.getSnapshot()).toMatchObject({
      rows: [],
      phase: 'ready',
      problem: { code: 'thread_not_found', title: 'This conversation was deleted' },
      isGone: true,
    })
    store.say(hello, null)
    expect(store.getSnapshot()).toMatchObject({ problem: null, isGone: true })
    await ended(store)
    expect(store.getSnapshot().isGone).toBe(false)
    expect(branch(store)).toEqual(['Hello', 'Hi'])
    expect(bodies).toMatchObject([{ trigger: 'submit-message', parent_id: null }])
  })

  it('shows a message whose place is gone behind what is left of the thread', async () => {
    const unsent = memoryOfUnsent()
    unsent.add({ id: 'u1', parentId: 'gone', parts: hello })
    const { store } = open(
      () => reply('r1', 'Hi'),
      async () => [message({ id: 'q', parts: textParts('Left') })],
      { unsent },
    )
    await vi.waitFor(() => expect(branch(store)).toEqual(['Left', 'Hello', '']))
    expect(rows(store).at(-1)).toMatchObject({ problem: { code: 'server_unreachable' } })
  })

  it('does not build on a message that the server does not have', async () => {
    const { store, bodies } = openNew(() => failing(unreachable))
    store.say(hello, null)
    await ended(store)
    store.say(hello, store.getSnapshot().headId)
    await ended(store)
    expect(bodies[1]).toMatchObject({ parent_id: null })
  })

  it('takes over what the server stored before it refused', async () => {
    const problem = createProblem('upstream_unreachable', 'Nobody there.')
    const loaded: Message[] = []
    const { store } = openNew(
      (body) => {
        const question = body.messages[0]?.id ?? ''
        loaded.push(message({ id: question, role: 'user', parts: hello }))
        loaded.push(message({ id: 'r1', parent_id: question, status: 'failed', error: problem }))
        return failing(new ProblemError(problem))
      },
      { load: async () => loaded },
    )
    store.say(hello, null)
    await vi.waitFor(() => expect(store.getSnapshot().headId).toBe('r1'))
    expect(rows(store)).toHaveLength(2)
    expect(rows(store)[1]).toMatchObject({ status: 'failed', problem })
  })

  it('opens a loaded thread at the newest leaf, with every branch', async () => {
    const { store } = open(
      () => reply('r9', 'Hi'),
      async () => [
        message({ id: 'q', role: 'user', parts: hello }),
        message({ id: 'a1', parent_id: 'q', created_at: '2026-01-02T00:00:00.000Z' }),
        message({ id: 'a2', parent_id: 'q', created_at: '2026-01-03T00:00:00.000Z' }),
      ],
    )
    expect(store.getSnapshot().phase).toBe('loading')
    await vi.waitFor(() => expect(store.getSnapshot().phase).toBe('ready'))
    expect(store.getSnapshot().headId).toBe('a2')
    await expect(store.whenTaken()).resolves.toBeUndefined()
  })

  it('says why a thread could not be loaded, and loads it when asked again', async () => {
    let isUp = false
    const { store } = open(
      () => reply('r1', 'Hi'),
      () => (isUp ? Promise.resolve([message({ id: 'q' })]) : Promise.reject(unreachable)),
    )
    await vi.waitFor(() => expect(store.getSnapshot().phase).toBe('failed'))
    expect(store.getSnapshot().problem).toEqual(unreachable.problem)
    isUp = true
    await store.load()
    expect(store.getSnapshot()).toMatchObject({ phase: 'ready', problem: null, headId: 'q' })
  })

  it('discards what was loaded while something was said', async () => {
    const loading = Promise.withResolvers<Message[]>()
    const { store } = openNew(() => reply('r1', 'Hi'), { load: () => loading.promise })
    const refreshed = store.refresh()
    store.say(hello, null)
    await ended(store)
    loading.resolve([])
    await refreshed
    expect(branch(store)).toEqual(['Hello', 'Hi'])
  })
})

type Send = (body: ChatBody) => AsyncIterable<UIMessageChunk>
interface Extras {
  readonly load?: ChatSource['load']
  readonly follow?: ChatSource['follow']
  readonly stop?: ChatSource['stop']
  readonly unsent?: UnsentMessages
  readonly schedule?: (callback: () => void) => () => void
}

/** A new thread whose connection breaks in the middle of its reply, which the server ends so. */
function openLost(end: Partial<Message>) {
  const broken = new ProblemError(createProblem('stream_interrupted', 'It broke off.'))
  async function* lost(): AsyncGenerator<UIMessageChunk> {
    yield* begin('r1', 'Half')
    throw broken
  }
  const opened = openNew(lost, {
    load: async () => {
      const [question] = opened.bodies[0]?.messages ?? []
      const id = question?.id ?? ''
      return [
        message({ id, role: 'user', parts: hello }),
        message({ id: 'r1', parent_id: id, ...end }),
      ]
    },
  })
  return opened
}

function openNew(send: Send, { load = async () => [], ...extras }: Extras = {}) {
  return open(send, load, { ...extras, isNew: true })
}

function open(
  send: Send,
  load: ChatSource['load'],
  {
    isNew = false,
    follow = async () => undefined,
    stop = async () => true,
    ...extras
  }: Omit<Extras, 'load'> & { isNew?: boolean } = {},
) {
  const bodies: ChatBody[] = []
  const problems: Problem[] = []
  let stops = 0
  const source: ChatSource = {
    load,
    send: (body) => {
      bodies.push(body)
      return send(body)
    },
    follow,
    stop: (threadId) => {
      stops++
      return stop(threadId)
    },
  }
  const store = new ChatStore({
    threadId: 't1',
    isNew,
    source,
    unsent: memoryOfUnsent(),
    onProblem: (problem) => void problems.push(problem),
    schedule: (callback) => {
      const timer = setTimeout(callback, 0)
      return () => clearTimeout(timer)
    },
    ...extras,
  })
  return { store, bodies, problems, stops: () => stops }
}

function memoryOfUnsent(): UnsentMessages {
  let unsent: Unsent[] = []
  return {
    all: () => unsent,
    add: (one) => void unsent.push(one),
    keepOnly: (isKept) => void (unsent = unsent.filter(isKept)),
  }
}

async function* chunks(...all: UIMessageChunk[]): AsyncGenerator<UIMessageChunk> {
  yield* all
}

async function* begin(messageId: string, text: string): AsyncGenerator<UIMessageChunk> {
  yield { type: 'start', messageId }
  yield { type: 'text-start', id: '0' }
  yield { type: 'text-delta', id: '0', delta: text }
}

async function* reply(messageId: string, text: string): AsyncGenerator<UIMessageChunk> {
  yield* begin(messageId, text)
  yield { type: 'text-end', id: '0' }
  yield { type: 'finish' }
}

// oxlint-disable-next-line require-yield
async function* failing(error: unknown): AsyncGenerator<UIMessageChunk> {
  throw error
}

function message(fields: Partial<Message> & { id: string }): Message {
  return {
    parent_id: null,
    role: 'assistant',
    parts: [],
    status: 'complete',
    error: null,
    metadata: null,
    created_at: '2026-01-01T00:00:00.000Z',
    ...fields,
  }
}

function textParts(text: string): Message['parts'] {
  return [{ type: 'text', text }]
}

function rows(store: ChatStore): readonly Row[] {
  return store.getSnapshot().rows
}

/** The texts of the branch that is looked at. */
function branch(store: ChatStore): string[] {
  const { headId } = store.getSnapshot()
  const byId = new Map(rows(store).map((row) => [row.id, row]))
  const texts: string[] = []
  for (let row = byId.get(headId ?? ''); row; row = byId.get(row.parentId ?? ''))
    texts.unshift(textOfParts([...row.parts]))
  return texts
}

async function ended(store: ChatStore): Promise<void> {
  await vi.waitFor(() => expect(store.getSnapshot().isRunning).toBe(false))
}
