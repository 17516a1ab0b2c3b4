import { z } from 'zod'

/** A variable that is a number of its own unit. */
export const wholeNumber = (fallback: number, min: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .default(String(fallback))
    .transform(Number)
    .pipe(z.int().min(min, `must be at least ${min}`))

/** The longest that a timer waits, 24 days: with more, Node has it wait 1 ms. */
export const maxTimerMs = 2_147_483_647

/** A variable that is a time in milliseconds. */
export const milliseconds = (fallback: number, min: number, max = maxTimerMs) =>
  wholeNumber(fallback, min).pipe(z.int().max(max, `must be at most ${max}`))

/** A variable that is a list, separated by commas. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean),
)

/** Of the variables that are missing, what to do. */
export type Missing<Variables> = Partial<Record<keyof Variables, string>>
