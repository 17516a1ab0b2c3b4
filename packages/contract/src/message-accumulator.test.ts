import { describe, expect, it } from 'vitest'
import { recordedChunks } from '../tests/recorded-chunks.ts'
import { accumulate, emptyReply, type Reply } from './message-accumulator.ts'
import { messagePartSchema, textOfParts, type MessagePart } from './message-part.ts'
import { createProblem } from './problem.ts'
import type { UIMessageChunk } from './ui-message-chunk.ts'

const of = (...chunks: UIMessageChunk[]) => accumulate(emptyReply, chunks)

function freeze(reply: Reply): Reply {
  for (const part of reply.parts) Object.freeze(part)
  Object.freeze(reply.parts)
  Object.freeze(reply.open)
  return Object.freeze(reply)
}

/** As it is stored and sent: without fields that are undefined. */
const partsOf = (reply: Reply) => JSON.parse(JSON.stringify(reply.parts)) as unknown

const onePartChunks: readonly (UIMessageChunk & MessagePart)[] = [
  { type: 'source-url', sourceId: 's', url: 'https://a.example', title: 'A' },
  {
    type: 'source-document',
    sourceId: 's',
    mediaType: 'text/plain',
    title: 'A',
    filename: 'a.txt',
  },
  { type: 'file', url: 'data:,a', mediaType: 'text/plain' },
  { type: 'reasoning-file', url: 'data:,a', mediaType: 'text/plain' },
  { type: 'custom', kind: 'note' },
  { type: 'steering-message', id: 'm', parts: [{ type: 'text', text: 'shorter' }] },
]

describe('accumulate', () => {
  it('takes id and metadata from start', () => {
    const reply = of({ type: 'start', messageId: 'reply-1', messageMetadata: { model: 'demo' } })
    expect(reply).toMatchObject({
      id: 'reply-1',
      metadata: { model: 'demo' },
      parts: [],
      status: 'streaming',
    })
  })

  it('keeps the id when a later start has none', () => {
    expect(of({ type: 'start', messageId: 'a' }, { type: 'start' }).id).toBe('a')
  })

  it('merges metadata of start, message-metadata and finish, the later over the earlier', () => {
    const reply = of(
      { type: 'start', messageMetadata: { model: 'demo', tokens: 1 } },
      { type: 'message-metadata', messageMetadata: { tokens: 2, tier: 'free' } },
      { type: 'finish', messageMetadata: { tokens: 3 } },
    )
    expect(reply.metadata).toEqual({ model: 'demo', tokens: 3, tier: 'free' })
  })

  it('replaces metadata that is not an object', () => {
    expect(
      of(
        { type: 'start', messageMetadata: ['a'] },
        { type: 'message-metadata', messageMetadata: { b: 1 } },
      ).metadata,
    ).toEqual({ b: 1 })
    expect(
      of(
        { type: 'start', messageMetadata: { a: 1 } },
        { type: 'message-metadata', messageMetadata: 'b' },
      ).metadata,
    ).toBe('b')
  })

  it('takes __proto__ in metadata for a field as any other', () => {
    const metadata = (text: string): UIMessageChunk => ({
      type: 'message-metadata',
      messageMetadata: JSON.parse(text) as unknown,
    })
    const reply = of(metadata('{"a":1}'), metadata('{"__proto__":{"b":2}}'))
    expect(JSON.stringify(reply.metadata)).toBe('{"a":1,"__proto__":{"b":2}}')
  })

  it.each([
    ['text', {}],
    ['reasoning', { id: '1' }],
  ] as const)('grows %s from start to end', (kind, extra) => {
    const part = { type: kind, ...extra }
    const begun = of({ type: `${kind}-start`, id: '1' })
    expect(begun.parts).toEqual([{ ...part, text: '', state: 'streaming' }])
    const grown = accumulate(begun, [
      { type: `${kind}-delta`, id: '1', delta: 'Hel' },
      { type: `${kind}-delta`, id: '1', delta: 'lo' },
    ])
    expect(grown.parts).toEqual([{ ...part, text: 'Hello', state: 'streaming' }])
    const done = accumulate(grown, [{ type: `${kind}-end`, id: '1' }])
    expect(done.parts).toEqual([{ ...part, text: 'Hello', state: 'done' }])
  })

  it('keeps texts apart that grow at the same time, and text and reasoning of one id', () => {
    const reply = of(
      { type: 'text-start', id: '1' },
      { type: 'text-start', id: '2' },
      { type: 'reasoning-start', id: '1' },
      { type: 'text-delta', id: '2', delta: 'b' },
      { type: 'reasoning-delta', id: '1', delta: 'c' },
      { type: 'text-delta', id: '1', delta: 'a' },
    )
    expect(reply.parts.map((part) => 'text' in part && part.text)).toEqual(['a', 'b', 'c'])
  })

  it('begins a new part where an id is used again after its end', () => {
    const once: UIMessageChunk[] = [
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: 'a' },
      { type: 'text-end', id: '1' },
    ]
    expect(of(...once, ...once).parts).toHaveLength(2)
  })

  it('loses no text that comes for a part nobody opened', () => {
    const reply = of(
      { type: 'text-delta', id: '1', delta: 'a' },
      { type: 'text-delta', id: '1', delta: 'b' },
    )
    expect(reply.parts).toEqual([{ type: 'text', text: 'ab', state: 'streaming' }])
  })

  it('ends the part whose id is used again before its end', () => {
    const reply = of(
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: 'a' },
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: 'b' },
    )
    expect(reply.parts).toEqual([
      { type: 'text', text: 'a', state: 'done' },
      { type: 'text', text: 'b', state: 'streaming' },
    ])
  })

  it('ignores the end of a part nobody opened', () => {
    expect(of({ type: 'text-end', id: '1' }, { type: 'reasoning-end', id: '1' }).parts).toEqual([])
  })

  it('keeps the last provider metadata of a text, and its citations', () => {
    const reply = of(
      { type: 'text-start', id: '1', providerMetadata: { p: { n: 1 } } },
      { type: 'text-delta', id: '1', delta: 'a', providerMetadata: { p: { n: 2 } } },
      { type: 'text-delta', id: '1', delta: 'b' },
      { type: 'text-end', id: '1', citations: [{ url: 'https://a.example' }] },
    )
    expect(reply.parts).toEqual([
      {
        type: 'text',
        text: 'ab',
        state: 'done',
        providerMetadata: { p: { n: 2 } },
        citations: [{ url: 'https://a.example' }],
      },
    ])
  })

  it.each(onePartChunks)('adds $type as a part', (chunk) => {
    expect(of(chunk).parts).toEqual([chunk])
  })

  describe('steps', () => {
    it('marks where a step begins', () => {
      expect(of({ type: 'start-step' }).parts).toEqual([{ type: 'step-start' }])
    })

    it('closes what still grows when a step finishes', () => {
      const reply = of(
        { type: 'start-step' },
        { type: 'text-delta', id: '1', delta: 'a' },
        { type: 'finish-step' },
        { type: 'start-step' },
        { type: 'text-delta', id: '1', delta: 'b' },
      )
      expect(reply.parts).toEqual([
        { type: 'step-start' },
        { type: 'text', text: 'a', state: 'done' },
        { type: 'step-start' },
        { type: 'text', text: 'b', state: 'streaming' },
      ])
    })

    it('drops the parts of the current step alone at reset-step', () => {
      const reply = of(
        { type: 'start-step' },
        { type: 'text-delta', id: '1', delta: 'kept' },
        { type: 'finish-step' },
        { type: 'start-step' },
        { type: 'text-delta', id: '1', delta: 'dropped' },
        { type: 'tool-input-start', toolCallId: 'c', toolName: 'weather' },
        { type: 'reset-step' },
        { type: 'text-delta', id: '1', delta: 'again' },
      )
      expect(reply.parts).toEqual([
        { type: 'step-start' },
        { type: 'text', text: 'kept', state: 'done' },
        { type: 'step-start' },
        { type: 'text', text: 'again', state: 'streaming' },
      ])
    })

    it('ends at reset-step what has grown since before the step', () => {
      const reply = of(
        { type: 'text-delta', id: '1', delta: 'a' },
        { type: 'start-step' },
        { type: 'reset-step' },
      )
      expect(reply.parts).toEqual([
        { type: 'text', text: 'a', state: 'done' },
        { type: 'step-start' },
      ])
    })

    it('looks for data and calls no more among the parts that reset-step dropped', () => {
      const call = {
        type: 'tool-input-available',
        toolCallId: 'c',
        toolName: 'time',
        input: 1,
      } as const
      const data = { type: 'data-weather', id: 'd', data: 1 } as const
      const dropped = of(call, data, call, data, { type: 'reset-step' }, data, {
        ...call,
        input: 2,
      })
      expect(dropped.parts).toEqual([
        data,
        { type: 'tool-time', toolCallId: 'c', state: 'input-available', input: 2 },
      ])
    })

    it('tells data apart whose types and ids are one text', () => {
      const parts = [
        { type: 'data-a', id: 'bc', data: 1 },
        { type: 'data-ab', id: 'c', data: 2 },
      ] as const
      expect(of(...parts).parts).toEqual(parts)
    })

    it('drops all parts at a reset-step before the first step', () => {
      expect(of({ type: 'text-delta', id: '1', delta: 'a' }, { type: 'reset-step' }).parts).toEqual(
        [],
      )
    })
  })

  describe('tool calls', () => {
    const start: UIMessageChunk = {
      type: 'tool-input-start',
      toolCallId: 'c',
      toolName: 'weather',
      title: 'Weather',
    }
    const available: UIMessageChunk = {
      type: 'tool-input-available',
      toolCallId: 'c',
      toolName: 'weather',
      input: { city: 'Bern' },
    }
    const base = { type: 'tool-weather', toolCallId: 'c', title: 'Weather' }

    it('goes from streaming input to output', () => {
      let reply = of(start)
      expect(partsOf(reply)).toEqual([{ ...base, state: 'input-streaming', rawInput: '' }])
      reply = accumulate(reply, [
        { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{"city":' },
        { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '"Bern"}' },
      ])
      expect(partsOf(reply)).toEqual([
        { ...base, state: 'input-streaming', rawInput: '{"city":"Bern"}' },
      ])
      reply = accumulate(reply, [available])
      expect(partsOf(reply)).toEqual([
        { ...base, state: 'input-available', input: { city: 'Bern' } },
      ])
      reply = accumulate(reply, [
        { type: 'tool-output-available', toolCallId: 'c', output: 'rain', preliminary: true },
      ])
      expect(partsOf(reply)).toEqual([
        {
          ...base,
          state: 'output-available',
          input: { city: 'Bern' },
          output: 'rain',
          preliminary: true,
        },
      ])
      reply = accumulate(reply, [{ type: 'tool-output-available', toolCallId: 'c', output: 'sun' }])
      expect(partsOf(reply)).toEqual([
        { ...base, state: 'output-available', input: { city: 'Bern' }, output: 'sun' },
      ])
    })

    it('begins with an input that is there at once', () => {
      expect(partsOf(of(available))).toEqual([
        {
          type: 'tool-weather',
          toolCallId: 'c',
          state: 'input-available',
          input: { city: 'Bern' },
        },
      ])
    })

    it('ends with the error of its input or of its run', () => {
      expect(
        partsOf(
          of(start, {
            type: 'tool-input-error',
            toolCallId: 'c',
            toolName: 'weather',
            input: '{"city"',
            errorText: 'cut',
          }),
        ),
      ).toEqual([{ ...base, state: 'output-error', input: '{"city"', errorText: 'cut' }])
      expect(
        partsOf(
          of(start, available, { type: 'tool-output-error', toolCallId: 'c', errorText: 'down' }),
        ),
      ).toEqual([{ ...base, state: 'output-error', input: { city: 'Bern' }, errorText: 'down' }])
    })

    it('waits for approval, then runs or is denied', () => {
      const asked = of(start, available, {
        type: 'tool-approval-request',
        toolCallId: 'c',
        approvalId: 'a',
        reason: 'costs money',
      })
      expect(asked.parts).toMatchObject([
        { state: 'approval-requested', approval: { id: 'a', requestReason: 'costs money' } },
      ])
      const answered = accumulate(asked, [
        { type: 'tool-approval-response', approvalId: 'a', approved: false, reason: 'too much' },
      ])
      expect(answered.parts).toMatchObject([
        {
          state: 'approval-responded',
          approval: {
            id: 'a',
            approved: false,
            reason: 'too much',
            requestReason: 'costs money',
          },
        },
      ])
      const denied = accumulate(answered, [{ type: 'tool-output-denied', toolCallId: 'c' }])
      expect(denied.parts).toMatchObject([{ state: 'output-denied', input: { city: 'Bern' } }])
    })

    it('keeps the name of a dynamic tool beside the part', () => {
      expect(of({ ...start, dynamic: true }).parts).toMatchObject([
        { type: 'dynamic-tool', toolName: 'weather', toolCallId: 'c' },
      ])
    })

    it('keeps what the provider says about the call apart from what it says about the result', () => {
      const reply = of(
        { ...start, providerMetadata: { p: { n: 1 } } },
        {
          type: 'tool-output-available',
          toolCallId: 'c',
          output: 1,
          providerMetadata: { p: { n: 2 } },
        },
      )
      expect(reply.parts).toMatchObject([
        { callProviderMetadata: { p: { n: 1 } }, resultProviderMetadata: { p: { n: 2 } } },
      ])
    })

    it('keeps calls apart by id', () => {
      const reply = of(
        start,
        { ...start, toolCallId: 'd' },
        { type: 'tool-output-available', toolCallId: 'c', output: 1 },
      )
      expect(reply.parts).toMatchObject([
        { toolCallId: 'c', state: 'output-available' },
        { toolCallId: 'd', state: 'input-streaming' },
      ])
    })

    it('takes a call of a later step for another one, though the id is the same', () => {
      const reply = of(
        available,
        { type: 'tool-output-available', toolCallId: 'c', output: 1 },
        { type: 'start-step' },
        start,
      )
      expect(reply.parts).toMatchObject([
        { state: 'output-available' },
        { type: 'step-start' },
        { state: 'input-streaming' },
      ])
    })

    it('takes an output in a later step for the call of the earlier one', () => {
      const reply = of(
        available,
        { type: 'start-step' },
        { type: 'tool-output-available', toolCallId: 'c', output: 1 },
      )
      expect(reply.parts).toMatchObject([{ state: 'output-available' }, { type: 'step-start' }])
    })

    it('takes an output for the call before it where the one of the same id was dropped', () => {
      const call = { type: 'tool-input-available', toolCallId: 'a', toolName: 'f' } as const
      const reply = of(
        { ...call, input: 1 },
        { type: 'start-step' },
        { ...call, input: 2 },
        { type: 'reset-step' },
        { type: 'tool-output-available', toolCallId: 'a', output: 3 },
      )
      expect(reply.parts).toMatchObject([{ input: 1, output: 3 }, { type: 'step-start' }])
    })

    it('takes an answer for the call that asks for it, not for one that asked or was dropped', () => {
      const call = (toolCallId: string) =>
        ({ type: 'tool-input-available', toolCallId, toolName: 'f', input: 1 }) as const
      const ask = (toolCallId: string, approvalId: string) =>
        ({ type: 'tool-approval-request', toolCallId, approvalId }) as const
      const answer = (approvalId: string) =>
        ({ type: 'tool-approval-response', approvalId, approved: true }) as const
      const asked = of(call('a'), ask('a', '1'), ask('x', '1'), { type: 'start-step' }, call('b'))
      const states = (...chunks: UIMessageChunk[]) =>
        accumulate(asked, chunks).parts.flatMap((part) => ('state' in part ? part.state : []))
      expect(states(answer('1'))).toEqual(['approval-responded', 'input-available'])
      expect(states(ask('a', '2'), answer('1'))).toEqual(['approval-requested', 'input-available'])
      expect(states(ask('b', '2'), answer('2'))).toEqual([
        'approval-requested',
        'approval-responded',
      ])
      expect(states(ask('b', '2'), { type: 'reset-step' }, answer('2'))).toEqual([
        'approval-requested',
      ])
    })

    it('takes nothing else for a call, whatever fields it has', () => {
      const strange = { type: 'data-note', data: 1, toolCallId: 'a' } as const
      const reply = of(strange, { type: 'tool-output-available', toolCallId: 'a', output: 2 })
      expect(reply.parts).toEqual([strange])
    })

    it('ignores what comes for a call that nobody made', () => {
      const reply = of(
        { type: 'tool-input-delta', toolCallId: 'x', inputTextDelta: 'a' },
        { type: 'tool-output-available', toolCallId: 'x', output: 1 },
        { type: 'tool-output-error', toolCallId: 'x', errorText: 'a' },
        { type: 'tool-output-denied', toolCallId: 'x' },
        { type: 'tool-approval-request', toolCallId: 'x', approvalId: 'a' },
        { type: 'tool-approval-response', approvalId: 'a', approved: true },
      )
      expect(reply.parts).toEqual([])
    })
  })

  describe('data parts', () => {
    it('replaces the part of the same type and id where it stands', () => {
      const reply = of(
        { type: 'data-chart', id: '1', data: { points: 1 } },
        { type: 'data-chart', id: '2', data: 'other id' },
        { type: 'data-note', id: '1', data: 'other type' },
        { type: 'data-chart', id: '1', data: { points: 2 } },
      )
      expect(reply.parts).toEqual([
        { type: 'data-chart', id: '1', data: { points: 2 } },
        { type: 'data-chart', id: '2', data: 'other id' },
        { type: 'data-note', id: '1', data: 'other type' },
      ])
    })

    it('adds one without an id each time', () => {
      const note: UIMessageChunk = { type: 'data-note', data: 'a' }
      expect(of(note, note).parts).toEqual([
        { type: 'data-note', data: 'a' },
        { type: 'data-note', data: 'a' },
      ])
    })

    it('drops transient ones', () => {
      expect(of({ type: 'data-progress', id: '1', data: 50, transient: true }).parts).toEqual([])
      expect(of({ type: 'data-note', data: 'a', transient: false }).parts).toEqual([
        { type: 'data-note', data: 'a' },
      ])
    })
  })

  describe('the end', () => {
    const begun = of({ type: 'text-delta', id: '1', delta: 'a' })

    it('is complete at finish, with its reason', () => {
      const reply = accumulate(begun, [{ type: 'finish', finishReason: 'length' }])
      expect(reply).toMatchObject({ status: 'complete', finishReason: 'length' })
      expect(reply.problem).toBeUndefined()
    })

    it('is stopped at abort', () => {
      expect(accumulate(begun, [{ type: 'abort', reason: 'left' }]).status).toBe('stopped')
    })

    it('is failed at error, with the problem in it', () => {
      const problem = createProblem('upstream_unreachable', 'Nobody answers.', {
        request_id: 'r-1',
      })
      const reply = accumulate(begun, [{ type: 'error', errorText: JSON.stringify(problem) }])
      expect(reply).toMatchObject({ status: 'failed', problem })
    })

    it.each(['Overloaded', '', '{"message":"Overloaded"}', 'null'])(
      'makes a problem of an error text that is none: %j',
      (errorText) => {
        expect(accumulate(begun, [{ type: 'error', errorText }]).problem).toMatchObject({
          code: 'upstream_error',
          status: 502,
          detail: errorText,
        })
      },
    )

    it.each(['finish', 'abort', 'error'] as const)('closes the text that grows, at %s', (type) => {
      const chunk: UIMessageChunk = type === 'error' ? { type, errorText: '' } : { type }
      expect(accumulate(begun, [chunk]).parts).toEqual([{ type: 'text', text: 'a', state: 'done' }])
    })
  })

  it('never changes the reply it is given', () => {
    let reply = freeze(emptyReply)
    for (const chunk of recordedChunks) reply = freeze(accumulate(reply, [chunk]))
    expect(reply.status).toBe('complete')
    expect(emptyReply).toEqual({ parts: [], status: 'streaming', open: {}, stepStart: 0 })
  })

  it('keeps parts that do not change as the same objects', () => {
    const wrong: string[] = []
    let before = emptyReply
    for (const chunk of recordedChunks) {
      const after = accumulate(before, [chunk])
      for (const [index, part] of before.parts.entries()) {
        const changed = JSON.stringify(part) !== JSON.stringify(after.parts[index])
        if (!changed && part !== after.parts[index] && !('id' in chunk)) wrong.push(chunk.type)
      }
      before = after
    }
    const first = before.parts[0]
    const grown = accumulate(before, [
      { type: 'text-delta', id: 'new', delta: 'a' },
      { type: 'text-delta', id: 'new', delta: 'b' },
    ])
    expect(before.parts.length).toBeGreaterThan(3)
    expect(wrong).toEqual([])
    expect(grown.parts.slice(0, -1)).toHaveLength(before.parts.length)
    expect(grown.parts[0]).toBe(first)
  })

  it('gives the same however the chunks are cut into batches', () => {
    const whole = accumulate(emptyReply, recordedChunks)
    const wrong: string[] = []
    for (let first = 0; first <= recordedChunks.length; first++)
      for (let second = first; second <= recordedChunks.length; second++) {
        const batches = [
          recordedChunks.slice(0, first),
          recordedChunks.slice(first, second),
          recordedChunks.slice(second),
        ]
        const reply = batches.reduce(accumulate, emptyReply)
        if (JSON.stringify(reply) !== JSON.stringify(whole)) wrong.push(`${first}, ${second}`)
      }
    expect(wrong).toEqual([])
    expect(whole.status).toBe('complete')
    expect(textOfParts(whole.parts)).toBe(
      recordedChunks.flatMap((chunk) => (chunk.type === 'text-delta' ? chunk.delta : [])).join(''),
    )
  })

  it('puts many calls, data and metadata together in a time that grows with them alone', () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => String(index))
    const chunks: UIMessageChunk[] = [
      ...ids.map((id) => ({
        type: 'message-metadata' as const,
        messageMetadata: { [`row-${id}`]: 1 },
      })),
      ...ids.map((id) => ({ type: 'data-row' as const, id, data: 1 })),
      ...ids.map((toolCallId) => ({
        type: 'tool-input-available' as const,
        toolCallId,
        toolName: 'f',
        input: {},
      })),
      ...ids.map((id) => ({
        type: 'tool-approval-request' as const,
        toolCallId: id,
        approvalId: id,
      })),
      ...ids.map((approvalId) => ({
        type: 'tool-approval-response' as const,
        approvalId,
        approved: true,
      })),
      ...ids.map((toolCallId) => ({
        type: 'tool-output-available' as const,
        toolCallId,
        output: 1,
      })),
    ]
    const begin = performance.now()
    const { parts } = accumulate(emptyReply, chunks)
    // Looked for part by part, they took 44 s.
    expect(performance.now() - begin).toBeLessThan(2_000)
    expect(parts).toHaveLength(40_000)
    expect(parts.at(-1)).toMatchObject({ state: 'output-available', approval: { approved: true } })
  })

  it('makes parts that the message schema takes as they are, at every chunk', () => {
    const faults: unknown[] = []
    let reply = emptyReply
    for (const chunk of [...recordedChunks, ...onePartChunks]) {
      reply = accumulate(reply, [chunk])
      for (const part of JSON.parse(JSON.stringify(reply.parts)) as unknown[]) {
        const parsed = messagePartSchema.safeParse(part)
        if (JSON.stringify(parsed.data) !== JSON.stringify(part)) faults.push(part)
      }
    }
    expect(faults).toEqual([])
    expect(reply.parts.length).toBeGreaterThan(onePartChunks.length)
  })
})
