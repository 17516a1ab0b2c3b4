import { z } from 'zod'

/** Limits around every upstream, in ms and numbers. */
export interface ResilienceConfig {
  readonly connectMs: number
  readonly firstChunkMs: number
  readonly idleMs: number
  readonly totalMs: number
  readonly maxAttempts: number
  readonly retryBudgetMs: number
  readonly breakerFailures: number
  readonly breakerOpenMs: number
  readonly maxRuns: number
  readonly maxQueuedRuns: number
}

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

/** The variables that set them. Times are in milliseconds. */
export const resilienceVariables = {
  UPSTREAM_CONNECT_TIMEOUT_MS: milliseconds(10_000, 1),
  UPSTREAM_FIRST_CHUNK_TIMEOUT_MS: milliseconds(30_000, 1),
  UPSTREAM_IDLE_TIMEOUT_MS: milliseconds(30_000, 1),
  UPSTREAM_TOTAL_TIMEOUT_MS: milliseconds(600_000, 1),
  UPSTREAM_MAX_ATTEMPTS: wholeNumber(3, 1),
  UPSTREAM_RETRY_BUDGET_MS: milliseconds(10_000, 0),
  UPSTREAM_BREAKER_FAILURES: wholeNumber(5, 1),
  UPSTREAM_BREAKER_OPEN_MS: milliseconds(15_000, 1),
  MAX_RUNS: wholeNumber(2_000, 1),
  MAX_QUEUED_RUNS: wholeNumber(1_000, 0),
}

type Variables = z.output<z.ZodObject<typeof resilienceVariables>>

export function resilienceOf(variables: Variables): ResilienceConfig {
  return {
    connectMs: variables.UPSTREAM_CONNECT_TIMEOUT_MS,
    firstChunkMs: variables.UPSTREAM_FIRST_CHUNK_TIMEOUT_MS,
    idleMs: variables.UPSTREAM_IDLE_TIMEOUT_MS,
    totalMs: variables.UPSTREAM_TOTAL_TIMEOUT_MS,
    maxAttempts: variables.UPSTREAM_MAX_ATTEMPTS,
    retryBudgetMs: variables.UPSTREAM_RETRY_BUDGET_MS,
    breakerFailures: variables.UPSTREAM_BREAKER_FAILURES,
    breakerOpenMs: variables.UPSTREAM_BREAKER_OPEN_MS,
    maxRuns: variables.MAX_RUNS,
    maxQueuedRuns: variables.MAX_QUEUED_RUNS,
  }
}
