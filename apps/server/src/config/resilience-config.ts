import type { z } from 'zod'
import { milliseconds, wholeNumber } from './variables.ts'

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

export function chooseResilience(variables: Variables): ResilienceConfig {
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
