import { describe, expect, it } from 'vitest'
import { isUIMessageChunk } from './chunk-guard.ts'
import { accumulate, emptyReply } from './message-accumulator.ts'
import { chunksOfMessage } from './message-chunks.ts'
import type { MessagePart } from './message-part.ts'
import type { Message } from './message.ts'
import { createProblem } from './problem.ts'

const call = { type: 'tool-weather' as const, toolCallId: 'c', input: { city: 'Bern' } }
const approval = { id: 'a' }

const kinds: Record<string, MessagePart> = {
  text: { type: 'text', text: 'naïve 🙂', state: 'done' },
  'text with what its provider said': {
    type: 'text',
    text: 'a',
    state: 'done',
    citations: [{ url: 'x' }],
    providerMetadata: { openai: { id: 1 } },
  },
  reasoning: { type: 'reasoning', id: 'r1', text: 'so', state: 'done' },
  file: { type: 'file', url: 'data:,', mediaType: 'text/plain' },
  'reasoning file': { type: 'reasoning-file', url: 'data:,', mediaType: 'text/plain' },
  source: { type: 'source-url', sourceId: 's', url: 'https://example.org', title: 'A page' },
  document: { type: 'source-document', sourceId: 's', mediaType: 'application/pdf', title: 'A' },
  data: { type: 'data-chart', id: 'd', data: [1, 2] },
  custom: { type: 'custom', kind: 'note' },
  'a call whose input came in part': {
    ...call,
    input: undefined,
    state: 'input-streaming',
    rawInput: '{"ci',
  },
  'a call': { ...call, state: 'input-available', title: 'Weather', providerExecuted: true },
  'a dynamic call': {
    ...call,
    type: 'dynamic-tool',
    toolName: 'weather',
    state: 'output-available',
    output: 'sun',
    preliminary: true,
    resultProviderMetadata: { x: { y: 1 } },
  },
  'a call that failed': { ...call, state: 'output-error', errorText: 'down' },
  'a call that waits for approval': { ...call, state: 'approval-requested', approval },
  'a call that was approved': {
    ...call,
    state: 'approval-responded',
    approval: { ...approval, approved: true, reason: 'fine' },
  },
  'a call that was denied': {
    ...call,
    state: 'output-denied',
    approval: { ...approval, approved: false },
  },
}

describe('chunksOfMessage', () => {
  it.each(Object.entries(kinds))('tells %s so that it accumulates again', (_, part) => {
    const told = { ...message, parts: [{ type: 'step-start' as const }, part] }
    const chunks = chunksOfMessage(told)
    expect(chunks.every(isUIMessageChunk)).toBe(true)
    expect(withoutUndefined(accumulate(emptyReply, chunks).parts)).toEqual(
      withoutUndefined(told.parts),
    )
  })

  it('tells all parts of a message in their order, its id and its metadata', () => {
    const told = { ...message, parts: Object.values(kinds).slice(0, 9), metadata: { model: 'm' } }
    expect(accumulate(emptyReply, chunksOfMessage(told))).toMatchObject({
      id: 'm1',
      status: 'complete',
      metadata: { model: 'm' },
      parts: told.parts,
    })
  })

  it.each(['complete', 'stopped', 'streaming'] as const)('ends as a reply that is %s', (status) => {
    const told = { ...message, status }
    expect(accumulate(emptyReply, chunksOfMessage(told)).status).toBe(status)
  })

  it('ends with the problem of a reply that failed', () => {
    const error = createProblem('upstream_error', 'Down.')
    const reply = accumulate(emptyReply, chunksOfMessage({ ...message, status: 'failed', error }))
    expect(reply).toMatchObject({ status: 'failed', problem: error })
  })
})

const message: Message = {
  id: 'm1',
  parent_id: null,
  role: 'assistant',
  parts: [],
  status: 'complete',
  error: null,
  metadata: undefined,
  created_at: '2026-01-01T00:00:00.000Z',
}

function withoutUndefined(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown
}
