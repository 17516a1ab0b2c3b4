import { describe, expect, it } from 'vitest'
import { splitMarkdown } from './split-markdown.ts'

describe('splitMarkdown', () => {
  it('splits between paragraphs, headings and tables', () => {
    expect(splitMarkdown('One\ntwo\n\n# Three\n\n| a |\n| - |\n\nEnd')).toEqual([
      'One\ntwo\n\n',
      '# Three\n\n',
      '| a |\n| - |\n\n',
      'End',
    ])
  })

  it('keeps a code block whole, blank lines, longer fences and all', () => {
    const code = '````md\n\n```\n\nnot the end\n\n````\n\n'
    expect(splitMarkdown(`Before\n\n${code}After`)).toEqual(['Before\n\n', code, 'After'])
  })

  it('keeps a code block that is not closed yet whole', () => {
    expect(splitMarkdown('Text\n\n```ts\nconst a = 1\n\nconst b = 2')).toEqual([
      'Text\n\n',
      '```ts\nconst a = 1\n\nconst b = 2',
    ])
  })

  it('keeps a list whole, and ends it at the next paragraph', () => {
    expect(splitMarkdown('1. one\n\n2. two\n\n   still two\n\nAfter')).toEqual([
      '1. one\n\n2. two\n\n   still two\n\n',
      'After',
    ])
  })

  it('does not split a text with references or footnotes', () => {
    const text = 'See [a] and[^1].\n\nMore\n\n[a]: https://example.org\n'
    expect(splitMarkdown(text)).toEqual([text])
  })

  it('loses nothing, and never changes a block that is followed by another', () => {
    const text = 'A\n\n- b\n- c\n\n```js\nd\n\ne\n```\n\n> f\n\n**g** h\n\n1. i\n\ni\n'
    for (let length = 1; length <= text.length; length++) {
      const blocks = splitMarkdown(text.slice(0, length))
      expect(blocks.join('')).toBe(text.slice(0, length))
      expect(splitMarkdown(text).slice(0, blocks.length - 1)).toEqual(blocks.slice(0, -1))
    }
  })
})
