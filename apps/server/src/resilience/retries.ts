import { setTimeout as delay } from 'node:timers/promises'
import type { ProblemCode } from '@assistant-ui-proxy/contract'
import { problemOf } from '../app-error.ts'
import type { Upstream } from '../chat/upstream.ts'
import { tryStream } from './try-stream.ts'
import { wrapUpstream } from './wrap-upstream.ts'

export interface RetryOptions {
  /** The first try included; 1 never tries again. */
  readonly maxAttempts: number
  /** No attempt begins later than this after the first. */
  readonly retryBudgetMs: number
}

/** Failures that may be gone in a moment. What was refused would be refused again. */
const passingFailures: ReadonlySet<ProblemCode> = new Set([
  'upstream_unreachable',
  'upstream_busy',
  'upstream_error',
  'upstream_interrupted',
])

const firstPauseMs = 250
const maxPauseMs = 8_000

/**
 * Tries again while nothing has been said yet, after pauses with full jitter, or as long as the
 * upstream asks for. After the first chunk a failure is reported, never repeated silently.
 * @see “Exponential Backoff And Jitter”, AWS Architecture Blog
 */
export function withRetries(
  upstream: Upstream,
  { maxAttempts, retryBudgetMs }: RetryOptions,
): Upstream {
  return wrapUpstream(upstream, {
    async stream(request, sink, signal) {
      const startedAt = performance.now()
      for (let attempt = 1; ; attempt++) {
        const failure = await tryStream(upstream, request, sink, signal)
        if (failure === undefined) return
        const { error, hasBegun } = failure
        const pauseMs = pauseBefore(attempt, error)
        const isLate = performance.now() - startedAt + pauseMs > retryBudgetMs
        const isLast = hasBegun || isLate || attempt >= maxAttempts
        if (isLast || signal.aborted || !mayPass(error)) throw error
        await delay(pauseMs, undefined, { signal })
      }
    },
  })
}

function mayPass(error: unknown): boolean {
  const code = problemOf(error)?.code
  return code !== undefined && passingFailures.has(code)
}

function pauseBefore(attempt: number, error: unknown): number {
  const asked = problemOf(error)?.retry_after_ms
  return asked ?? Math.random() * Math.min(maxPauseMs, firstPauseMs * 2 ** (attempt - 1))
}
