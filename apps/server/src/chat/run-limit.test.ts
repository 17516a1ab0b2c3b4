import { describe, expect, it } from 'vitest'
import { RunLimit } from './run-limit.ts'

describe('RunLimit', () => {
  it('lets so many in, has so many wait, and refuses the next', async () => {
    const limit = new RunLimit({ maxRuns: 1, maxQueuedRuns: 1 })
    const first = limit.enter()
    expect(first.granted).toBeUndefined()
    const second = limit.enter()
    expect(() => limit.enter()).toThrow('Too many replies')
    first.release()
    await second.granted
    const third = limit.enter()
    third.release()
    const fourth = limit.enter()
    second.release()
    await fourth.granted
    fourth.release()
    expect(limit.enter().granted).toBeUndefined()
  })
})
