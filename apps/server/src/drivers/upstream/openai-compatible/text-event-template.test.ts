import { describe, expect, it } from 'vitest'
import { TextEventTemplate } from './text-event-template.ts'

interface Event {
  readonly delta: { readonly content?: string }
}

const textOf = (event: Event) => event.delta.content
const eventOf = (content: string, more: object = {}) =>
  JSON.stringify({ id: 'c1', delta: { content }, ...more })

describe('TextEventTemplate', () => {
  it('reads the text of events that are like the one it learned', () => {
    const template = learned(eventOf('Hello'))
    for (const text of ['', ' world', 'naïve 🙂', 'a,b}{:', 'say "hi"', 'a\\b\n', '\\'])
      expect(template.read(eventOf(text))).toBe(text)
  })

  it.each([
    ['has more behind the text', '{"id":"c1","delta":{"content":"a","refusal":"b"}}'],
    ['has more at its end', eventOf('a', { usage: {} })],
    ['begins otherwise', eventOf('a').replace('c1', 'c2')],
    ['is cut', eventOf('a').slice(0, -1)],
    ['is shorter than what stands around the text', '{"id":"c1","delta":{"content":"}}'],
  ])('leaves an event to the parser that %s', (_, data) => {
    expect(learned(eventOf('Hello')).read(data)).toBeUndefined()
  })

  it('does not take for the text what only looks like it', () => {
    const data = JSON.stringify({ note: '"content":"', delta: { content: 'Hello' } })
    expect(learned(data).read(data)).toBe('Hello')
    const other = JSON.stringify({ before: { content: 'no' }, delta: { content: 'Hello' } })
    expect(learned(other).read(other)).toBeUndefined()
  })

  it('learns anew where the events change, and not from one like those it knows', () => {
    const template = learned(eventOf('Hello'))
    const learn = (data: string) => {
      const looked: Event[] = []
      template.learn(data, (event: Event) => {
        looked.push(event)
        return textOf(event)
      })
      return looked.length
    }
    expect(learn(eventOf('again'))).toBe(0)
    expect(learn(eventOf('other', { created: 1 }))).toBe(1)
    expect(template.read(eventOf('text', { created: 1 }))).toBe('text')
  })

  it('gives up on a stream whose events are all different', () => {
    const template = new TextEventTemplate()
    let looked = 0
    for (let count = 0; count < 100; count++)
      template.learn(eventOf('a', { count }), (event: Event) => {
        looked++
        return textOf(event)
      })
    expect(looked).toBe(8)
  })
})

function learned(data: string): TextEventTemplate {
  const template = new TextEventTemplate()
  template.learn(data, textOf)
  return template
}
