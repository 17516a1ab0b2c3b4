import { describe, expect, it } from 'vitest'
import { snippetOf } from './snippet.ts'
import { parseWordQuery } from './words.ts'

describe('snippetOf', () => {
  it('marks the words in a short text', () => {
    expect(marked('The blue\n\nwhale', 'whale blu')).toBe('The [blue] [whale]')
  })

  it('cuts a long text around the first of them, at spaces', () => {
    const text = `${'before '.repeat(50)}the whale sings ${'behind '.repeat(50)}`
    expect(marked(text, 'whale')).toMatch(
      /^…before (before )+the \[whale\] sings (behind )+behind…$/,
    )
    expect(marked(text, 'whale').length).toBeLessThan(170)
  })

  it('shows the beginning of a text that does not have them', () => {
    expect(marked('Nothing here', 'whale')).toBe('Nothing here')
    expect(marked('', 'whale')).toBe('')
  })

  it('cuts a text without spaces', () => {
    expect(marked('鯨'.repeat(500), '鯨').replaceAll(/[[\]…]/g, '')).toBe('鯨'.repeat(160))
  })
})

function marked(text: string, query: string): string {
  return snippetOf(text, parseWordQuery(query))
    .map((piece) => (piece.is_match ? `[${piece.text}]` : piece.text))
    .join('')
}
