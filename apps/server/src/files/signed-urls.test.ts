import { afterEach, expect, it, vi } from 'vitest'
import { SignedUrls } from './signed-urls.ts'

const urls = new SignedUrls(Buffer.alloc(32, 1))

afterEach(() => void vi.useRealTimers())

it('are good for a quarter of an hour', () => {
  vi.useFakeTimers({ now: 1_000_000 })
  const { signedUrl, expiresAt } = urls.sign('PUT', 'id', 'http://localhost/v1/files/id')
  const { searchParams } = new URL(signedUrl)
  const [expires, signature] = [Number(searchParams.get('expires')), searchParams.get('signature')]
  expect(new Date(expires).toISOString()).toBe(expiresAt)
  vi.setSystemTime(1_000_000 + 14 * 60_000)
  expect(() => urls.verify('PUT', 'id', expires, signature ?? '')).not.toThrow()
  vi.setSystemTime(1_000_000 + 15 * 60_000)
  expect(() => urls.verify('PUT', 'id', expires, signature ?? '')).toThrow('has expired')
})

it('are good for one file and one method, and for servers of the same secret', () => {
  const { searchParams } = new URL(urls.sign('PUT', 'id', 'http://localhost/').signedUrl)
  const [expires, signature] = [Number(searchParams.get('expires')), searchParams.get('signature')]
  const verify = (by: SignedUrls, method: 'PUT' | 'GET', id: string, at: number) => () =>
    by.verify(method, id, at, signature ?? '')
  expect(verify(new SignedUrls(Buffer.alloc(32, 1)), 'PUT', 'id', expires)).not.toThrow()
  expect(verify(urls, 'GET', 'id', expires)).toThrow('not valid')
  expect(verify(urls, 'PUT', 'other', expires)).toThrow('not valid')
  expect(verify(urls, 'PUT', 'id', expires + 1)).toThrow('not valid')
  expect(verify(urls, 'PUT', 'id', Number.NaN)).toThrow('not valid')
  expect(verify(new SignedUrls(Buffer.alloc(32, 2)), 'PUT', 'id', expires)).toThrow('not valid')
})
