import { z } from 'zod'

/** A whole number in a query, given as a number by callers of the typed client. */
export function queryNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`
  return z
    .union([z.number(), z.string().regex(/^\d{1,9}$/, error)], { error })
    .transform(Number)
    .pipe(z.int(error).min(min, error).max(max, error))
}

/** `true` or `false` in a query. */
export const queryFlag = z.union(
  [z.boolean(), z.stringbool({ truthy: ['true'], falsy: ['false'] })],
  { error: 'must be true or false' },
)
