import { describe, expect, it } from 'vitest'
import { createStorage } from './storage.ts'

describe('createStorage', () => {
  it('remembers in the page what the browser does not take, and what it does in the browser', () => {
    const written = new Map([['model', 'small']])
    let isFull = true
    const storage = createStorage(() => areaOf(written, () => isFull))
    storage.write('model', 'large')
    expect(storage.read('model')).toBe('large')
    expect(written.get('model')).toBe('small')
    isFull = false
    storage.write('model', 'medium')
    written.set('model', 'of another tab')
    expect(storage.read('model')).toBe('of another tab')
  })

  it('does without a storage that is forbidden', () => {
    const storage = createStorage(() => {
      throw new DOMException('', 'SecurityError')
    })
    expect(storage.read('token')).toBeUndefined()
    storage.write('token', 'a')
    expect(storage.read('token')).toBe('a')
    storage.write('token', undefined)
    expect(storage.read('token')).toBeUndefined()
  })
})

function areaOf(written: Map<string, string>, isFull: () => boolean): Storage {
  return {
    getItem: (key: string) => written.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (isFull()) throw new DOMException('', 'QuotaExceededError')
      written.set(key, value)
    },
  } as Storage
}
