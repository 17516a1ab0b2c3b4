import { describe, expect, it } from 'vitest'
import { SharedCall } from './shared-call.ts'

describe('SharedCall', () => {
  it('is made once for all who ask at once, and anew for those who ask later', async () => {
    let count = 0
    const call = new SharedCall(async () => ++count)
    const { signal } = new AbortController()
    expect(await Promise.all([call.join(signal), call.join(signal)])).toEqual([1, 1])
    expect(await call.join(signal)).toBe(2)
  })

  it('goes on for the others where one leaves, and ends when the last does', async () => {
    const signals: AbortSignal[] = []
    const call = new SharedCall<never>((signal) => {
      signals.push(signal)
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject('up')))
    })
    const [one, other] = [new AbortController(), new AbortController()]
    const waiting = [call.join(one.signal), call.join(other.signal)]
    one.abort('left')
    await expect(waiting[0]).rejects.toBe('left')
    expect(signals[0]?.aborted).toBe(false)
    other.abort('left, too')
    await expect(waiting[1]).rejects.toBe('left, too')
    expect(signals[0]?.aborted).toBe(true)
    void call.join(new AbortController().signal)
    expect(signals).toHaveLength(2)
    expect(signals[1]?.aborted).toBe(false)
  })

  it('gives its failure to all who wait', async () => {
    const call = new SharedCall(() => Promise.reject(new Error('no')))
    const { signal } = new AbortController()
    for (const joined of [call.join(signal), call.join(signal)])
      await expect(joined).rejects.toThrow('no')
  })
})
