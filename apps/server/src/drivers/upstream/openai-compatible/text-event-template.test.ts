import { describe, expect, it } from 'vitest'
import { TextEventTemplate } from './text-event-template.ts'

interface Event {
  readonly delta: { readonly content?: string }
}

const textOf = (event: Event) => event.delta.content
const dataOf = (content: string, more: object = {}) =>
  JSON.stringify({ id: 'c1', delta: { content }, ...more })
const bytesOf = (...events: string[]) =>
  Buffer.from(events.map((data) => `data: ${data}\n\n`).join(''))

describe('TextEventTemplate', () => {
  it.each([
    [''],
    [' world'],
    ['naïve 🙂'],
    ['a,b}{:'],
    ['say "hi"'],
    ['a\\b\n'],
    ['\\'],
    ['\ufeff'],
  ])('reads the text of events that are like the one it learned: %j', (text) => {
    const bytes = bytesOf(dataOf(text))
    expect(learned().read(bytes)).toEqual({ text, length: bytes.length })
  })

  it('reads all that follow each other, as far as they are whole and alike', () => {
    const alike = bytesOf(dataOf('one'), dataOf(' \n two'), dataOf(' 你好'))
    const others = [
      bytesOf('[DONE]'),
      bytesOf(dataOf('other', { usage: {} })),
      alike.subarray(0, -1),
    ]
    for (const other of others) {
      const { text, length = 0 } = learned().read(Buffer.concat([alike, other])) ?? {}
      expect(text).toMatch(/^one \n two 你好/)
      expect([alike.length, alike.length * 2 - bytesOf(dataOf(' 你好')).length]).toContain(length)
    }
  })

  it('reads more at once than was ever read before', () => {
    const text = 'é'.repeat(200_000)
    expect(learned().read(bytesOf(dataOf(text)))?.text).toBe(text)
  })

  const like = bytesOf(dataOf('text'))
  const spoilt = (from: string, to: string | number[]) => {
    const at = like.indexOf(from)
    return Buffer.concat([
      like.subarray(0, at),
      Buffer.from(to as string),
      like.subarray(at + from.length),
    ])
  }
  it.each([
    ['has more behind the text', bytesOf('{"id":"c1","delta":{"content":"a","refusal":"b"}}')],
    ['has more at its end', bytesOf(dataOf('a', { usage: {} }))],
    ['begins otherwise', spoilt('c1', 'c2')],
    ['is cut', like.subarray(0, -1)],
    ['ends within the text', like.subarray(0, like.indexOf('xt'))],
    ['ends within an escape', spoilt('text"', 'text\\"')],
    ['is shorter than what stands around the text', bytesOf('{"id":"c1","delta":{"content":"}}')],
    ['ends its lines otherwise', spoilt('\n\n', '\r\n\r\n')],
    ['holds the end of a line', spoilt('text', 'te\n\nxt')],
    ['holds an escape that JSON does not know', spoilt('text', 'te\\xt')],
    ['is not UTF-8', spoilt('text', [0xff])],
    ['ends within a character', spoilt('text', [0xe4, 0xbd])],
    ['begins within a character', spoilt('text', [0xa0, 0x41])],
  ])('leaves an event to the parser that %s', (_, bytes) => {
    expect(learned().read(bytes)).toBeUndefined()
  })

  it('does not take two halves of a character for a whole one', () => {
    const halves = [spoilt('text', [0xe4, 0xbd]), spoilt('text', [0xa0])]
    expect(learned().read(Buffer.concat(halves))).toBeUndefined()
  })

  it('does not take for the text what only looks like it', () => {
    const data = JSON.stringify({ note: '"content":"', delta: { content: 'Hello' } })
    expect(learned(data).read(bytesOf(data))?.text).toBe('Hello')
    const other = JSON.stringify({ before: { content: 'no' }, delta: { content: 'Hello' } })
    expect(learned(other).read(bytesOf(other))).toBeUndefined()
  })

  it('learns anew where the events change, and not from one like those it knows', () => {
    const template = learned()
    const learn = (data: string) => {
      const looked: Event[] = []
      template.learn(data, (event: Event) => {
        looked.push(event)
        return textOf(event)
      })
      return looked.length
    }
    expect(learn(dataOf('again'))).toBe(0)
    expect(learn(dataOf('other', { created: 1 }))).toBe(1)
    expect(template.read(bytesOf(dataOf('text', { created: 1 })))?.text).toBe('text')
  })

  it('gives up on a stream whose events are all different', () => {
    const template = new TextEventTemplate()
    let looked = 0
    for (let count = 0; count < 100; count++)
      template.learn(dataOf('a', { count }), (event: Event) => {
        looked++
        return textOf(event)
      })
    expect(looked).toBe(8)
  })
})

function learned(data = dataOf('Hello')): TextEventTemplate {
  const template = new TextEventTemplate()
  template.learn(data, textOf)
  return template
}
