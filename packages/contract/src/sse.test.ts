import { describe, expect, it } from 'vitest'
import { recordedChunks } from '../tests/recorded-chunks.ts'
import { ProblemError } from './problem.ts'
import { createEventReader, decodeChunk, doneFrame, encodeChunks } from './sse.ts'
import type { UIMessageChunk } from './ui-message-chunk.ts'

const plain = encodeChunks(recordedChunks) + doneFrame

/** The recorded stream as others may send it. */
const forms: Record<string, string> = {
  'as this product writes it': plain,
  'with CRLF': plain.replaceAll('\n', '\r\n'),
  'with bare CR': plain.replaceAll('\n', '\r'),
  'with a byte order mark': `\uFEFF${plain}`,
  'with a byte order mark and CRLF': `\uFEFF${plain.replaceAll('\n', '\r\n')}`,
  'with comments between events': plain.replaceAll('\n\n', '\n\n: keep-alive ✓\n\n:\n\n'),
  'with other fields': plain.replaceAll(/^data: /gm, 'event: message\nid: 7\nretry: 10\nx\ndata: '),
  'without a blank after the colon': plain.replaceAll(/^data: /gm, 'data:'),
  'with JSON over several data lines': `${recordedChunks.map(inSeveralLines).join('')}data: [DONE]\n\n`,
  'with more blank lines than needed': `\n\n\n${plain.replaceAll('\n\n', '\n\n\n\n')}`,
}

function inSeveralLines(chunk: UIMessageChunk): string {
  const lines = JSON.stringify(chunk, undefined, 1).split('\n')
  return `${lines.map((line) => `data: ${line}\n`).join('')}\n`
}

function readAll(reads: Iterable<Uint8Array>, options?: { maxEventLength: number }) {
  const reader = createEventReader(options)
  return [...reads].flatMap((bytes) => reader.read(bytes))
}

const bytesOf = (text: string) => new TextEncoder().encode(text)

const codeOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof ProblemError) return error.problem.code
    throw error
  }
  return 'nothing was thrown'
}

describe('createEventReader', () => {
  it.each(Object.keys(forms))('gives the recorded chunks, %s', (form) => {
    const events = readAll([bytesOf(forms[form] ?? '')])
    expect(events.pop()).toBe('[DONE]')
    expect(events.map(decodeChunk)).toEqual(recordedChunks)
  })

  it.each(Object.keys(forms))('gives the same wherever one read ends, %s', (form) => {
    const bytes = bytesOf(forms[form] ?? '')
    const whole = readAll([bytes])
    const wrong: number[] = []
    for (let cut = 0; cut <= bytes.length; cut++) {
      const events = readAll([bytes.subarray(0, cut), bytes.subarray(cut)])
      if (JSON.stringify(events) !== JSON.stringify(whole)) wrong.push(cut)
    }
    expect(whole).toHaveLength(recordedChunks.length + 1)
    expect(wrong).toEqual([])
  })

  it.each(Object.keys(forms))('gives the same byte by byte, %s', (form) => {
    const bytes = bytesOf(forms[form] ?? '')
    const single = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1))
    expect(readAll(single)).toEqual(readAll([bytes]))
  })

  it('gives an event as soon as its blank line is there, not before', () => {
    const reader = createEventReader()
    expect(reader.read(bytesOf('data: one\n'))).toEqual([])
    expect(reader.read(bytesOf('\ndata: two\n\ndata: thr'))).toEqual(['one', 'two'])
  })

  it('holds back the last event when its blank line is missing', () => {
    expect(readAll([bytesOf('data: one\n\ndata: two\n')])).toEqual(['one'])
  })

  it('refuses bytes that are not UTF-8', () => {
    const bytes = new Uint8Array([...bytesOf('data: '), 0xff, 0x0a, 0x0a])
    expect(codeOf(() => readAll([bytes]))).toBe('upstream_protocol')
  })

  it('takes an event at the limit and refuses one past it, wherever a read ends', () => {
    const maxEventLength = 64
    const ends = (length: number) => {
      const bytes = bytesOf(`data: ${'x'.repeat(length)}\n\n`)
      return Array.from(bytes, (_, cut) =>
        codeOf(() => readAll([bytes.subarray(0, cut), bytes.subarray(cut)], { maxEventLength })),
      )
    }
    expect(new Set(ends(maxEventLength))).toEqual(new Set(['nothing was thrown']))
    expect(new Set(ends(maxEventLength + 1))).toEqual(new Set(['upstream_protocol']))
  })

  it('counts all the lines of an event towards the limit', () => {
    const lines = 'data: 0123456789\n'.repeat(10)
    expect(codeOf(() => readAll([bytesOf(lines)], { maxEventLength: 64 }))).toBe(
      'upstream_protocol',
    )
  })

  it('refuses a line without an end once it is past the limit', () => {
    const reader = createEventReader({ maxEventLength: 1_000 })
    const fill = () => {
      for (let read = 0; read < 11; read++) reader.read(bytesOf(`data: ${'x'.repeat(94)}`))
    }
    expect(codeOf(fill)).toBe('upstream_protocol')
  })

  it('stays refused once it is past the limit', () => {
    const reader = createEventReader({ maxEventLength: 10 })
    for (const text of ['data: 12345678901', '\n\n', 'data: 1\n\n'])
      expect(() => reader.read(new TextEncoder().encode(text))).toThrow('longer than 10')
  })

  it('limits one event, not the stream', () => {
    const bytes = bytesOf(`data: ${'x'.repeat(60)}\n\n`.repeat(100))
    expect(readAll([bytes], { maxEventLength: 64 })).toHaveLength(100)
  })
})

describe('decodeChunk', () => {
  it('takes the closing [DONE] for no chunk', () => {
    expect(decodeChunk('[DONE]')).toBeUndefined()
  })

  it.each([
    ['JSON that is cut', '{"type":"text-delta","id":"1"'],
    ['text', 'Hello'],
    ['nothing', ''],
    ['JSON that is no object', '"text-delta"'],
    ['a list', '[{"type":"finish"}]'],
    ['a chunk of an unknown type', '{"type":"text-shout","id":"1"}'],
    ['a chunk without its required field', '{"type":"text-delta","id":"1"}'],
  ])('refuses %s', (_, data) => {
    expect(codeOf(() => decodeChunk(data))).toBe('upstream_protocol')
  })
})

describe('encodeChunks', () => {
  it('writes one data line and one blank line for each chunk', () => {
    const lines = encodeChunks(recordedChunks).split('\n')
    expect(lines).toHaveLength(recordedChunks.length * 2 + 1)
    expect(lines.filter((line) => line !== '').every((line) => line.startsWith('data: {'))).toBe(
      true,
    )
  })

  it('writes nothing for no chunks', () => {
    expect(encodeChunks([])).toBe('')
  })
})
