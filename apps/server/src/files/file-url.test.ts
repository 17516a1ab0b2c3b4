import { describe, expect, it } from 'vitest'
import { fileIdOf, filePath } from './file-url.ts'

const id = '0b3f1c52-8a44-4a53-9d0e-5f6c7d8e9f00'

describe('fileIdOf', () => {
  it.each(['', 'http://localhost:8000', 'https://chat.example.com/prefix'])(
    'finds a file under %j, signed or not',
    (server) => {
      expect(fileIdOf(server + filePath(id))).toBe(id)
      expect(fileIdOf(`${server}${filePath(id)}?expires=1&signature=x`)).toBe(id)
    },
  )

  it.each([
    ['a text that ends with one', `Look at http://localhost:8000${filePath(id)}`],
    ['a text that goes on behind one', `http://localhost:8000${filePath(id)} is it`],
    ['another address', `http://localhost:8000/v1/threads/${id}`],
    ['what is below a file', `http://localhost:8000${filePath(id)}/more`],
  ])('takes no %s for one', (_, text) => {
    expect(fileIdOf(text)).toBeUndefined()
  })
})

it('tells of a very long text too, and at once, whether it is the URL of a file', () => {
  const often = `/v1/files/${id}?`.repeat(20_000)
  const startedAtMs = performance.now()
  expect(fileIdOf(`https://example.com${often} `)).toBeUndefined()
  expect(fileIdOf(`https://example.com${often}`)).toBe(id)
  expect(performance.now() - startedAtMs).toBeLessThan(1_000)
})
