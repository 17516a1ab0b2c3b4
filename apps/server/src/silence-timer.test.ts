import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SilenceTimer } from './silence-timer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('SilenceTimer', () => {
  it('calls back after each silence, from the last sign of life on', () => {
    const onSilence = vi.fn<() => void>()
    const timer = new SilenceTimer(100, onSilence)
    for (let count = 0; count < 5; count++) {
      vi.advanceTimersByTime(60)
      timer.note()
    }
    vi.advanceTimersByTime(99)
    expect(onSilence).toHaveBeenCalledTimes(0)
    vi.advanceTimersByTime(1)
    expect(onSilence).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(200)
    expect(onSilence).toHaveBeenCalledTimes(3)
    timer.stop()
  })

  it('is still when it is stopped, also by what it calls', () => {
    const onSilence = vi.fn<() => void>(() => timer.stop())
    const timer = new SilenceTimer(100, onSilence)
    vi.advanceTimersByTime(1_000)
    expect(onSilence).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
  })
})
