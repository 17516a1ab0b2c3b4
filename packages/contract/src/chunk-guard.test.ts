import { describe, expect, it } from 'vitest'
import { recordedChunks } from '../tests/recorded-chunks.ts'
import { isUIMessageChunk } from './chunk-guard.ts'
import { accumulate, emptyReply } from './message-accumulator.ts'
import { messageSchema } from './message.ts'
import { decodeChunk } from './sse.ts'
import { isTerminal, type ChunkOf, type UIMessageChunk } from './ui-message-chunk.ts'

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

const provided = { providerMetadata: { p: { n: 1 } } }
const ofTool = { providerExecuted: true, toolMetadata: { n: 1 }, dynamic: true, ...provided }
const call = { toolCallId: 'c', toolName: 'n', title: 't', ...ofTool }
const file = { url: 'data:,', mediaType: 'text/plain', ...provided }
const namedFile = { ...file, filename: 'a.txt', providerReference: { p: 'f1' } }

/** One chunk of each type with all its fields. */
const largest: { [Type in FixedType]: Required<ChunkOf<Type>> } & { 'data-note': object } = {
  start: { type: 'start', messageId: 'm', messageMetadata: {} },
  finish: { type: 'finish', finishReason: 'stop', messageMetadata: {} },
  abort: { type: 'abort', reason: 'r' },
  error: { type: 'error', errorText: '' },
  'message-metadata': { type: 'message-metadata', messageMetadata: {} },
  'start-step': { type: 'start-step' },
  'finish-step': { type: 'finish-step' },
  'reset-step': { type: 'reset-step' },
  'text-start': { type: 'text-start', id: '1', ...provided },
  'text-delta': { type: 'text-delta', id: '1', delta: 'a', ...provided },
  'text-end': { type: 'text-end', id: '1', citations: [{ url: 'u' }], ...provided },
  'reasoning-start': { type: 'reasoning-start', id: '1', ...provided },
  'reasoning-delta': { type: 'reasoning-delta', id: '1', delta: 'a', ...provided },
  'reasoning-end': { type: 'reasoning-end', id: '1', ...provided },
  'tool-input-start': { type: 'tool-input-start', inputEncoding: 'json', ...call },
  'tool-input-delta': { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: 'a' },
  'tool-input-available': { type: 'tool-input-available', input: {}, ...call },
  'tool-input-error': { type: 'tool-input-error', input: {}, errorText: 'e', ...call },
  'tool-output-available': {
    type: 'tool-output-available',
    toolCallId: 'c',
    output: {},
    preliminary: true,
    ...ofTool,
  },
  'tool-output-error': { type: 'tool-output-error', toolCallId: 'c', errorText: 'e', ...ofTool },
  'tool-output-denied': { type: 'tool-output-denied', toolCallId: 'c' },
  'tool-approval-request': {
    type: 'tool-approval-request',
    approvalId: 'a',
    toolCallId: 'c',
    approvalDescriptor: {},
    inputSchemaInput: {},
    reason: 'r',
    isAutomatic: true,
    signature: 's',
  },
  'tool-approval-response': {
    type: 'tool-approval-response',
    approvalId: 'a',
    approved: true,
    reason: 'r',
    providerExecuted: true,
    ...provided,
  },
  'source-url': { type: 'source-url', sourceId: 's', url: 'u', title: 't', ...provided },
  'source-document': {
    type: 'source-document',
    sourceId: 's',
    mediaType: 'text/plain',
    title: 't',
    filename: 'a.txt',
    ...provided,
  },
  file: { type: 'file', ...namedFile },
  'reasoning-file': { type: 'reasoning-file', ...file },
  custom: { type: 'custom', kind: 'k', ...provided },
  'steering-message': {
    type: 'steering-message',
    id: 'm',
    parts: [
      { type: 'text', text: 'a', state: 'done', citations: [{ url: 'u' }], ...provided },
      { type: 'file', ...namedFile },
    ],
  },
  'data-note': { type: 'data-note', id: '1', data: {}, transient: false },
}

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

const oddValues = [null, 0, '', 'odd', true, [], [null], {}, { a: null }, { a: 1 }]
const types = Object.keys(largest) as (keyof typeof largest)[]

/** Chunks with all their fields, and of one chunk or steering part one of them odd. */
const odd = types.map((type) => ({ type, variants: variantsOf(largest[type]) }))

function variantsOf(fields: object): object[] {
  return Object.entries(fields).flatMap(([name, value]) => [
    ...(name === 'type' ? [] : oddValues).map((oddValue) => ({ ...fields, [name]: oddValue })),
    ...(name === 'parts' && Array.isArray(value) ? value : []).flatMap((part: object, at) =>
      variantsOf(part).map((variant) => ({
        ...fields,
        [name]: (value as object[]).with(at, variant),
      })),
    ),
  ])
}

const optional = types.flatMap((type) =>
  Object.keys(largest[type])
    .filter((field) => !(field in smallest[type]))
    .map((field) => ({ type, field })),
)

/** Optional fields that may hold anything but null. */
const anyValue = new Set(['messageMetadata', 'approvalDescriptor', 'inputSchemaInput'])

const read = (value: object) => decodeChunk(JSON.stringify(value))

function tryToRead(value: object): UIMessageChunk | undefined {
  try {
    return read(value)
  } catch {
    return undefined
  }
}

/** What is stored of a reply, and read again. */
function stored(...said: UIMessageChunk[]): unknown {
  const { parts, status, problem: error = null, metadata = null } = accumulate(emptyReply, said)
  const ids = { id: 'm', parent_id: null, created_at: new Date().toISOString() }
  const message = { ...ids, role: 'assistant', parts, status, error, metadata }
  return JSON.parse(JSON.stringify(message))
}

function without(chunk: object, field: string) {
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

describe('decodeChunk', () => {
  it.each(types)('takes %s with all its fields', (type) => {
    expect(read(largest[type])).toEqual(largest[type])
  })

  it.each(optional)('takes $type with null as $field for one without', ({ type, field }) => {
    expect(read({ ...largest[type], [field]: null })).toEqual(without(largest[type], field))
  })

  it.each(optional.filter(({ field }) => !anyValue.has(field)))(
    'refuses $type with a number as $field',
    ({ type, field }) => {
      expect(() => read({ ...largest[type], [field]: 1 })).toThrow('not a chunk')
    },
  )

  it('drops the nulls of the parts of a steering message', () => {
    const parts = [{ type: 'file', url: 'u', mediaType: 'a/b', filename: null }]
    expect(read({ type: 'steering-message', id: 'm', parts })).toMatchObject({
      parts: [{ type: 'file', url: 'u', mediaType: 'a/b' }],
    })
  })

  it('keeps null where it is a value', () => {
    for (const type of ['data-note', 'tool-output-available', 'tool-input-available'] as const)
      expect(read({ ...smallest[type], later: null })).toEqual({ ...smallest[type], later: null })
  })

  it.each([
    ['a call of a tool without a name', { ...smallest['tool-input-start'], toolName: '' }],
    ['data without a name', { type: 'data-', data: 1 }],
  ])('refuses %s, which could not be read again', (_, value) => {
    expect(() => read(value)).toThrow('not a chunk')
  })

  it.each(odd)('takes no $type that could not be read again when stored', ({ variants }) => {
    const asked: UIMessageChunk[] = [
      { type: 'tool-input-start', toolCallId: 'c', toolName: 'n' },
      { type: 'tool-approval-request', approvalId: 'a', toolCallId: 'c' },
    ]
    for (const variant of variants) {
      // Of what another type means by them, nothing may get into the part.
      const value = { later: null, id: 5, approved: 'yes', filename: 5, ...variant }
      for (const candidate of [variant, value]) {
        const chunk = tryToRead(candidate)
        if (chunk === undefined) continue
        for (const before of [[], asked])
          expect(messageSchema.safeParse(stored(...before, chunk)).error).toBeUndefined()
      }
    }
  })
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
