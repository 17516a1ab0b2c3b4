import { expect, it } from 'vitest'
import { ownFileUrl } from './own-file-url.ts'

it('leads to a file of the server where the page reaches it, wherever it was brought', () => {
  expect(ownFileUrl('http://127.0.0.1:8000/v1/files/a1?signature=s')).toBe(
    '/v1/files/a1?signature=s',
  )
})

it('leaves what the server has not signed as it is', () => {
  const urls = [
    'https://example.org/v1/files/a1',
    'https://example.org/v1/files/a1/content?signature=s',
    'https://example.org/cat.png?signature=s',
    'data:image/png;base64,AAAA',
    'not a url',
  ]
  expect(urls.map(ownFileUrl)).toEqual(urls)
})
