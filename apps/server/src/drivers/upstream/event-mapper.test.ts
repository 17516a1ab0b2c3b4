import type { UIMessageChunk } from '@assistant-ui-proxy/contract'
import { describe, expect, it } from 'vitest'
import { EventMapper, type EventMapping } from './event-mapper.ts'
import { OpenAiMapping } from './openai-compatible/openai-mapping.ts'

const context = { tools: {}, takenIds: [], author: 'me' }

const event = (choice: object, more: object = {}) =>
  `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, ...choice }], ...more })}\n\n`
const say = (content: string, more?: object) =>
  event({ delta: { content }, finish_reason: null }, more)

const words = [' the', ' naïve', ' 你好', ' 🙂', 'a\nb', '"', '\\', '', '\u2028', '\u0007']
const reply = [
  event({ delta: { role: 'assistant', content: '' } }),
  ...words.map((word) => say(word)),
  ': a comment\n\n',
  ...words.map((word) => say(word)),
  event({ delta: { reasoning: 'hm' }, finish_reason: null }),
  say('back'),
  // From here on the events are of another make.
  ...words.map((word) => say(word, { usage: null })),
  'data:' + say('no space', { usage: null }).slice(6),
  say('in lines of their own').replaceAll('\n', '\r\n'),
  ...words.map((word) => say(word, { usage: null })),
  event({ delta: {}, finish_reason: 'stop' }),
  'data: [DONE]\n\n',
].join('')

describe('EventMapper', () => {
  it('gives, however the bytes are cut, what it gives where every event is parsed', () => {
    const bytes = Buffer.from(reply)
    const parsed = read(bytes, bytes.length, withoutSkimming(new OpenAiMapping(context)))
    expect(parsed).toMatchObject({ hasLast: true, says: expect.stringContaining('back the naïve') })
    for (let size = 1; size <= bytes.length; size++)
      expect(read(bytes, size, new OpenAiMapping(context))).toEqual(parsed)
  })

  it.each([say('late'), 'data: garbage\n\n', 'data: [DONE]\n\n'])(
    'reads nothing behind the end in the same read: %j',
    (late) => {
      const end = event({ delta: {}, finish_reason: 'stop' }) + 'data: [DONE]\n\n'
      for (const bytes of [say('so'), say('so') + say(' far')].map((s) =>
        Buffer.from(s + end + late),
      )) {
        const chunks: UIMessageChunk[] = []
        const mapper = new EventMapper(new OpenAiMapping(context))
        expect(mapper.map(bytes, chunks)).toBe(true)
        expect(chunks.at(-1)).toMatchObject({ type: 'finish', finishReason: 'stop' })
        expect(chunks.filter(({ type }) => type === 'finish')).toHaveLength(1)
      }
    },
  )

  it('passes over events without data, and learns to skim those with empty fields', () => {
    const one = 'data: {"choices":[{"delta":{"content":"a","reasoning_content":""}}]}\n\n'
    const chunks: UIMessageChunk[] = []
    const mapping = new OpenAiMapping(context)
    new EventMapper(mapping).map(Buffer.from('data:\n\n' + one + 'data: \n\n' + one), chunks)
    expect(textOf(chunks)).toBe('aa')
    expect(mapping.skim(Buffer.from(one), [])).toBe(one.length)
  })

  it.each([
    ['no JSON', say('x').replace('"finish_reason"', 'finish_reason')],
    ['no JSON string', say('x').replace('"x"', '"\\x"')],
    ['no UTF-8', Buffer.from(say('x').replace('x', '\xff'), 'latin1')],
    ['an error', 'data: {"error":{"message":"no"}}\n\n'],
  ])('tells of %s behind events that it skims, and gives those', (_, bad) => {
    const good = say('first') + say(' second') + say(' third')
    const bytes = Buffer.concat([Buffer.from(good), Buffer.from(bad)])
    const chunks: UIMessageChunk[] = []
    const mapper = new EventMapper(new OpenAiMapping(context))
    mapper.map(bytes.subarray(0, good.length - 10), chunks)
    expect(() => mapper.map(bytes.subarray(good.length - 10), chunks)).toThrow(/\w/)
    expect(textOf(chunks)).toBe('first second third')
  })

  it.each([null, ''])('parses no event that can be skimmed, %j for a finish reason', (reason) => {
    const tell = (content: string) => event({ delta: { content }, finish_reason: reason })
    const mapping = new OpenAiMapping(context)
    const parsed: string[] = []
    const watched: EventMapping = {
      map: (data, chunks) => (parsed.push(data), mapping.map(data, chunks)),
      skim: (bytes, chunks) => mapping.skim(bytes, chunks),
    }
    const mapper = new EventMapper(watched)
    mapper.map(Buffer.from(tell('one')), [])
    const many = Buffer.from(tell('two').repeat(1_000))
    const chunks: UIMessageChunk[] = []
    for (let at = 0; at < many.length; at += 10_000)
      mapper.map(many.subarray(at, at + 10_000), chunks)
    expect(textOf(chunks)).toBe('two'.repeat(1_000))
    // The first, and those that reads cut.
    expect(parsed.length).toBeLessThanOrEqual(1 + Math.ceil(many.length / 10_000))
  })
})

function withoutSkimming(mapping: EventMapping): EventMapping {
  return {
    map: (data, chunks) => mapping.map(data, chunks),
    close: (chunks) => mapping.close?.(chunks),
  }
}

/** What a reply says in pieces of a size, with text that was cut put together. */
function read(bytes: Buffer, size: number, mapping: EventMapping) {
  const mapper = new EventMapper(mapping)
  const chunks: UIMessageChunk[] = []
  let hasLast = false
  for (let at = 0; at < bytes.length; at += size) {
    const batch: UIMessageChunk[] = []
    hasLast = mapper.map(bytes.subarray(at, at + size), batch) || hasLast
    chunks.push(...batch)
  }
  const others = chunks.filter((chunk) => chunk.type !== 'text-delta')
  return { hasLast, others, says: textOf(chunks) }
}

function textOf(chunks: readonly UIMessageChunk[]): string {
  return chunks.map((chunk) => (chunk.type === 'text-delta' ? chunk.delta : '')).join('')
}
