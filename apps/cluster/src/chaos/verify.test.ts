import { createProblem, type Message } from '@assistant-ui-proxy/contract'
import { describe, expect, it } from 'vitest'
import type { Conversation } from './conversation.ts'
import { answerTo } from './model.ts'
import { faultsOf } from './verify.ts'

const id = 'm1'
const whole = answerTo(id)
const conversation: Conversation = {
  threadId: 't',
  messageIds: [id],
  stopMs: [],
  read: [{ messageId: id, text: whole }],
  surprises: [],
}
const question = rowOf({ id, role: 'user' }, id)
const interrupted = createProblem('run_interrupted', 'Gone.')

describe('faultsOf', () => {
  it('finds nothing in what is as it should be', () => {
    expect(faultsOf(conversation, [question, replyOf('complete', whole)], calls([]), [])).toEqual(
      [],
    )
    const failed = { ...replyOf('failed', whole.slice(0, 50)), error: interrupted }
    expect(faultsOf(conversation, [question, failed], calls([50, 70]), [])).toEqual([])
  })

  it.each<[string, Message[], ReturnType<typeof calls>]>([
    ['lost', [], calls([])],
    ['twice', [question, question], calls([])],
    ['stuck', [question, replyOf('streaming', '')], calls([])],
    ['wrong text', [question, replyOf('stopped', 'other')], calls([])],
    ['cut, but complete', [question, replyOf('complete', whole.slice(0, 9))], calls([])],
    [
      'answered twice',
      [question, replyOf('complete', whole), replyOf('complete', whole)],
      calls([]),
    ],
    ['asked more often', [question], calls([1])],
    [
      'behind by more',
      [question, { ...replyOf('failed', whole.slice(0, 49)), error: interrupted }],
      calls([50, 70]),
    ],
    ['more messages', [question, rowOf({ id: 'x', role: 'user' }, '')], calls([])],
  ])('finds what is %s', (fault, stored, made) => {
    expect(faultsOf({ ...conversation, read: [] }, stored, made, []).join()).toContain(fault)
  })

  it('looks at what was there when the server died, rather than when its connections closed', () => {
    const failed = { ...replyOf('failed', whole.slice(0, 49)), error: interrupted }
    const faultsWith = (...deathsMs: number[]) =>
      faultsOf({ ...conversation, read: [] }, [question, failed], calls([50, 70]), deathsMs)
    expect(faultsWith(200)).toEqual([])
    // It closed at 300: these were other servers.
    for (const deathMs of [-300, 301])
      expect(faultsWith(deathMs).join()).toContain('behind by more')
  })

  it('finds what was read wrong', () => {
    const read = [{ messageId: id, text: whole.slice(1) }]
    const stored = [question, replyOf('complete', whole)]
    expect(faultsOf({ ...conversation, read }, stored, calls([]), [])).toEqual(['read wrong: m1'])
  })
})

/** One call, of which so much had been sent 300 ms before it was cut, and so much when it was. */
function calls(lengths: readonly number[]) {
  const sent = lengths.map((length, index) => ({ atMs: index * 300, length }))
  return new Map([[id, lengths.length > 0 ? [{ sent, closedAtMs: 300 }] : []]])
}

function replyOf(status: Message['status'], text: string): Message {
  return { ...rowOf({ id: `reply-${status}`, role: 'assistant' }, text), parent_id: id, status }
}

function rowOf(row: Pick<Message, 'id' | 'role'>, text: string): Message {
  return {
    ...row,
    parent_id: null,
    parts: [{ type: 'text', text }],
    status: 'complete',
    error: null,
    metadata: undefined,
    created_at: '2026-01-01T00:00:00.000Z',
  }
}
