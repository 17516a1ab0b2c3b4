import { describe, expect, it } from 'vitest'
import { rehypeBlocks } from './rehype-blocks.ts'

type Node = Parameters<ReturnType<typeof rehypeBlocks>>[0]

function element(tagName: string, ...children: Node[]) {
  return { type: 'element', tagName, properties: {} as Record<string, unknown>, children }
}

const text = (value: string) => ({ type: 'text', value })

describe('rehypeBlocks', () => {
  it('lets the outermost blocks run in their own direction, and code as it is written', () => {
    const item = element('li', text('שלום'))
    const [list, code] = [element('ul', item), element('pre', text('let a'))]
    rehypeBlocks()({ type: 'root', children: [list, code] })
    expect([list, item, code].map(({ properties }) => properties['dir'])).toEqual([
      'auto',
      undefined,
      undefined,
    ])
  })

  it('names the checkbox of a task by what is to be done', () => {
    const box = element('input')
    const task = element('li', box, text(' Buy '), element('em', text('bread')))
    rehypeBlocks()({ type: 'root', children: [element('ul', task)] })
    expect(box.properties['ariaLabel']).toBe('Buy bread')
  })
})
