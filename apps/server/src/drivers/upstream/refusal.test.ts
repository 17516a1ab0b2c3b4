import { expect, it } from 'vitest'
import { Refusal } from './refusal.ts'

it.each([
  ['insufficient_quota', 'You exceeded your current quota.', 'upstream_denied'],
  ['exceeded_current_quota_error', 'Your account is suspended.', 'upstream_denied'],
  ['rate_limit_exceeded', 'Rate limit reached. Try again in 6 s.', 'upstream_busy'],
])('takes status 429 with the type %s for what it is', (type, message, code) => {
  const refusal = new Refusal(429, undefined, [])
  refusal.add(Buffer.from(JSON.stringify({ error: { type, message } })))
  const { problem, cause } = refusal.toError()
  expect(problem.code).toBe(code)
  expect(cause).toMatchObject({ message: expect.stringContaining(message) })
})
