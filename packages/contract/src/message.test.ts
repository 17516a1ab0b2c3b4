import { describe, expect, it } from 'vitest'
import { idSchema } from './id.ts'
import { messagePartSchema, textOfParts } from './message-part.ts'
import { chatMessageSchema, messageSchema } from './message.ts'

const stored = {
  id: 'm-1',
  parent_id: null,
  role: 'user',
  parts: [{ type: 'text', text: 'Hello' }],
  status: 'complete',
  error: null,
  metadata: null,
  created_at: '2026-01-01T00:00:00.000Z',
}

describe('idSchema', () => {
  it.each(['a', 'A-z_0', '-', 'x'.repeat(128)])('takes %s', (id) => {
    expect(idSchema.parse(id)).toBe(id)
  })

  it.each(['', 'x'.repeat(129), 'a b', 'a/b', '..', 'a.b', 'é', 'a\n', '%2e', 'a?b', 'a#b'])(
    'refuses %j',
    (id) => {
      expect(idSchema.safeParse(id).error?.issues).toMatchObject([
        { message: 'must be 1 to 128 of A–Z a–z 0–9 _ -' },
      ])
    },
  )
})

describe('chatMessageSchema', () => {
  it('reads content as one text part', () => {
    expect(chatMessageSchema.parse({ role: 'user', content: 'Hello' })).toEqual({
      role: 'user',
      parts: [{ type: 'text', text: 'Hello' }],
    })
  })

  it('reads a UIMessage, whose parts win over content', () => {
    const parts = [{ type: 'text', text: 'parts' }]
    expect(
      chatMessageSchema.parse({
        id: 'm-1',
        role: 'user',
        content: 'content',
        parts,
        metadata: { a: 1 },
      }),
    ).toEqual({ id: 'm-1', role: 'user', parts, metadata: { a: 1 } })
  })

  it('reads parts without a text, beside which the content is empty', () => {
    const parts = [{ type: 'file', url: 'data:,', mediaType: 'text/plain' }]
    const message = { role: 'user', content: '', parts }
    expect(chatMessageSchema.parse(message)).toEqual({ role: 'user', parts })
  })

  it('drops fields that it does not know', () => {
    const message = { role: 'user', content: 'a', createdAt: 1 }
    expect(chatMessageSchema.parse(message)).not.toHaveProperty('createdAt')
  })

  it('takes an assistant without parts, as a reply that failed at once leaves it', () => {
    expect(chatMessageSchema.parse({ role: 'assistant', parts: [] }).parts).toEqual([])
  })
})

/** A part of each kind, as an AI SDK client sends it. */
const parts = [
  { type: 'text', text: '', state: 'done', citations: [1], providerMetadata: { p: {} } },
  { type: 'reasoning', id: 'r', text: 'hm', state: 'streaming' },
  { type: 'file', url: 'data:,', mediaType: 'text/plain', filename: 'a.txt' },
  { type: 'reasoning-file', url: 'data:,', mediaType: 'text/plain' },
  { type: 'source-url', sourceId: 's', url: 'https://a.example', title: 'A' },
  { type: 'source-document', sourceId: 's', mediaType: 'text/plain', title: 'A' },
  { type: 'step-start' },
  { type: 'custom', kind: 'k' },
  { type: 'steering-message', id: 'm', parts: [{ type: 'text', text: 'a' }] },
  { type: 'tool-weather', toolCallId: 'c', state: 'input-streaming' },
  { type: 'tool-weather', toolCallId: 'c', state: 'input-available', input: { city: 'Bern' } },
  { type: 'tool-weather', toolCallId: 'c', state: 'output-available', input: {}, output: 'sun' },
  { type: 'tool-a-b c', toolCallId: 'c', state: 'output-error', errorText: 'down' },
  {
    type: 'dynamic-tool',
    toolName: 'weather',
    toolCallId: 'c',
    state: 'approval-requested',
    input: {},
    approval: { id: 'a', requestReason: 'costs' },
  },
  { type: 'data-chart', id: '1', data: { points: [1] } },
  { type: 'data-note', data: null },
]

describe('messagePartSchema', () => {
  it.each(parts)('takes $type as it is', (part) => {
    expect(messagePartSchema.parse(part)).toEqual(part)
  })

  it('drops fields that it does not know', () => {
    expect(messagePartSchema.parse({ type: 'text', text: 'a', html: 'b' })).toEqual({
      type: 'text',
      text: 'a',
    })
  })

  it.each([
    ['an unknown type', { type: 'image', url: 'a' }],
    ['no type', { text: 'a' }],
    ['a tool without a name', { type: 'tool-', toolCallId: 'c', state: 'input-available' }],
    ['a tool without a call id', { type: 'tool-weather', state: 'input-available' }],
    ['a tool in an unknown state', { type: 'tool-weather', toolCallId: 'c', state: 'tired' }],
    ['a data part without a name', { type: 'data-', data: 1 }],
    ['a data part without data', { type: 'data-note' }],
    ['a text without text', { type: 'text' }],
    ['a text that is no string', { type: 'text', text: 1 }],
    ['a string', 'text'],
    ['null', null],
  ])('refuses %s', (_, part) => {
    expect(messagePartSchema.safeParse(part).success).toBe(false)
  })
})

describe('messageSchema', () => {
  it('takes every kind of part', () => {
    const message = { ...stored, role: 'assistant', parts }
    expect(messageSchema.parse(message)).toEqual(message)
  })

  it.each([
    ['role', 'bot'],
    ['status', 'done'],
    ['parent_id', undefined],
    ['created_at', 'yesterday'],
    ['created_at', '2026-01-01T00:00:00.000+01:00'],
    ['error', { code: 'internal' }],
  ])('refuses %s %j', (field, value) => {
    const [issue] = messageSchema.safeParse({ ...stored, [field]: value }).error?.issues ?? []
    expect(issue?.path[0]).toBe(field)
  })
})

describe('textOfParts', () => {
  it('joins the text parts and nothing else', () => {
    expect(
      textOfParts([
        { type: 'reasoning', text: 'hm' },
        { type: 'text', text: 'a' },
        { type: 'data-note', data: 'x' },
        { type: 'text', text: 'b' },
      ]),
    ).toBe('ab')
  })
})
