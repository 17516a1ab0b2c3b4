import { expect, it } from 'vitest'
import { errorOfStatus } from './status-errors.ts'

it.each([
  ['2', 2_000],
  ['1.5', 1_500],
  ['0', 0],
  [' 3 ', 3_000],
])('waits as long as Retry-After says in seconds: %s', (header, ms) => {
  expect(errorOfStatus(429, header).problem.retry_after_ms).toBe(ms)
})

it('waits until the date that Retry-After names', () => {
  const inAMinute = new Date(Date.now() + 60_000).toUTCString()
  const ms = errorOfStatus(429, inAMinute).problem.retry_after_ms
  expect(ms).toBeGreaterThan(58_000)
  expect(ms).toBeLessThanOrEqual(60_000)
  expect(errorOfStatus(429, new Date(0).toUTCString()).problem.retry_after_ms).toBe(0)
})

it.each([undefined, '', '-5', 'soon 5', '5 minutes', '1e9', '9'.repeat(400)])(
  'takes %s for no time to wait',
  (header) => {
    expect(errorOfStatus(429, header).problem).not.toHaveProperty('retry_after_ms')
  },
)
