import { describe, expect, it } from 'vitest'
import { recordedChunks } from '../tests/recorded-chunks.ts'
import { isTerminal, isUIMessageChunk, type UIMessageChunk } from './ui-message-chunk.ts'

type FixedType = Exclude<UIMessageChunk['type'], `data-${string}`>

/** One chunk of each type with its required fields only. */
const smallest: Record<FixedType | 'data-note', UIMessageChunk> = {
  start: { type: 'start' },
  finish: { type: 'finish' },
  abort: { type: 'abort' },
  error: { type: 'error', errorText: '' },
  'message-metadata': { type: 'message-metadata', messageMetadata: {} },
  'start-step': { type: 'start-step' },
  'finish-step': { type: 'finish-step' },
  'reset-step': { type: 'reset-step' },
  'text-start': { type: 'text-start', id: '1' },
  'text-delta': { type: 'text-delta', id: '1', delta: '' },
  'text-end': { type: 'text-end', id: '1' },
  'reasoning-start': { type: 'reasoning-start', id: '1' },
  'reasoning-delta': { type: 'reasoning-delta', id: '1', delta: '' },
  'reasoning-end': { type: 'reasoning-end', id: '1' },
  'tool-input-start': { type: 'tool-input-start', toolCallId: 'c', toolName: 'n' },
  'tool-input-delta': { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '' },
  'tool-input-available': {
    type: 'tool-input-available',
    toolCallId: 'c',
    toolName: 'n',
    input: null,
  },
  'tool-input-error': {
    type: 'tool-input-error',
    toolCallId: 'c',
    toolName: 'n',
    input: null,
    errorText: '',
  },
  'tool-output-available': { type: 'tool-output-available', toolCallId: 'c', output: null },
  'tool-output-error': { type: 'tool-output-error', toolCallId: 'c', errorText: '' },
  'tool-output-denied': { type: 'tool-output-denied', toolCallId: 'c' },
  'tool-approval-request': { type: 'tool-approval-request', approvalId: 'a', toolCallId: 'c' },
  'tool-approval-response': { type: 'tool-approval-response', approvalId: 'a', approved: false },
  'source-url': { type: 'source-url', sourceId: 's', url: 'https://a.example' },
  'source-document': {
    type: 'source-document',
    sourceId: 's',
    mediaType: 'text/plain',
    title: 't',
  },
  file: { type: 'file', url: 'data:,', mediaType: 'text/plain' },
  'reasoning-file': { type: 'reasoning-file', url: 'data:,', mediaType: 'text/plain' },
  custom: { type: 'custom', kind: 'k' },
  'steering-message': { type: 'steering-message', id: 'm', parts: [] },
  'data-note': { type: 'data-note', data: null },
}

const chunks = Object.values(smallest)

/** Fields that may hold anything, so that their absence or type says nothing. */
const open = new Set(['type', 'input', 'output', 'messageMetadata', 'data'])

const required = chunks.flatMap((chunk) =>
  Object.keys(chunk).flatMap((field) => (open.has(field) ? [] : { chunk, field })),
)

const broken = required.flatMap(({ chunk, field }) => [
  { what: `${chunk.type} without ${field}`, value: without(chunk, field) },
  { what: `${chunk.type} with a number as ${field}`, value: { ...chunk, [field]: 1 } },
  { what: `${chunk.type} with null as ${field}`, value: { ...chunk, [field]: null } },
])

function without(chunk: UIMessageChunk, field: string) {
  return Object.fromEntries(Object.entries(chunk).filter(([name]) => name !== field))
}

describe('isUIMessageChunk', () => {
  it.each(chunks)('takes $type with its required fields', (chunk) => {
    expect(isUIMessageChunk(chunk)).toBe(true)
  })

  it('takes every chunk of the recorded stream', () => {
    expect(recordedChunks.filter((chunk) => !isUIMessageChunk(chunk))).toEqual([])
  })

  it('takes fields that it does not know', () => {
    expect(isUIMessageChunk({ type: 'text-delta', id: '1', delta: 'a', later: true })).toBe(true)
  })

  it.each(broken)('refuses $what', ({ value }) => {
    expect(isUIMessageChunk(value)).toBe(false)
  })

  it.each([
    ['an unknown type', { type: 'text' }],
    ['the name of a property of all objects as type', { type: 'constructor' }],
    ['no type', { id: '1' }],
    ['a type that is no string', { type: 1 }],
    ['a data chunk without data', { type: 'data-note' }],
    ['a finish with an unknown reason', { type: 'finish', finishReason: 'bored' }],
    ['null', null],
    ['undefined', undefined],
    ['a string', 'finish'],
    ['a list', []],
  ])('refuses %s', (_, value) => {
    expect(isUIMessageChunk(value)).toBe(false)
  })

  it.each(['stop', 'length', 'content-filter', 'tool-calls', 'error', 'interrupted', 'other'])(
    'takes finish with the reason %s',
    (finishReason) => {
      expect(isUIMessageChunk({ type: 'finish', finishReason })).toBe(true)
    },
  )
})

describe('isTerminal', () => {
  it('is true of finish, abort and error alone', () => {
    expect(chunks.filter(isTerminal).map((chunk) => chunk.type)).toEqual([
      'finish',
      'abort',
      'error',
    ])
  })
})
