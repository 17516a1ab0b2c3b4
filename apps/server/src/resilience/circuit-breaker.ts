import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
} from 'cockatiel'
import type { ProblemCode } from '@assistant-ui-proxy/contract'
import { AppError, problemOf } from '../app-error.ts'
import type { Upstream } from '../chat/upstream.ts'
import { tryStream, type Failure } from './try-stream.ts'
import { wrapUpstream } from './wrap-upstream.ts'

export interface CircuitBreakerOptions {
  /** So many failures in a row before their first chunk open the circuit. */
  readonly breakerFailures: number
  /** After this, one call is let through to see. */
  readonly breakerOpenMs: number
}

/** An upstream that is down; one that refuses a request is not. */
const signsOfIllness: ReadonlySet<ProblemCode> = new Set([
  'upstream_unreachable',
  'upstream_error',
  'upstream_interrupted',
  'upstream_protocol',
  'upstream_timeout',
])

/** Spares an upstream that is down, and those who would wait for it. */
export function withCircuitBreaker(
  upstream: Upstream,
  { breakerFailures, breakerOpenMs }: CircuitBreakerOptions,
): Upstream {
  const isIllness = (error: unknown) => {
    const code = problemOf(error)?.code
    return code !== undefined && signsOfIllness.has(code)
  }
  const breaker = circuitBreaker(handleWhen(isIllness), {
    breaker: new ConsecutiveBreaker(breakerFailures),
    halfOpenAfter: breakerOpenMs,
  })
  return wrapUpstream(upstream, {
    circuits: () => [{ upstream: upstream.name, circuit: circuitNames[breaker.state] }],
    async stream(request, sink, signal) {
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
      let streaming: Promise<Failure | undefined> | undefined
      const hasBegun = async () => {
        const failure = await streaming
        if (failure?.hasBegun === false) throw failure.error
      }
      try {
        await breaker.execute(() => {
          streaming = tryStream(upstream, request, sink, signal, begin)
          return Promise.race([begun, hasBegun()])
        })
      } catch (error) {
        if (!(error instanceof BrokenCircuitError)) throw error
        const detail = `The upstream ${upstream.name} failed ${breakerFailures} times in a row and is spared for a moment. Try again soon.`
        throw new AppError('upstream_suspended', detail, {
          retry_after_ms: breakerOpenMs,
          cause: error,
        })
      }
      const failure = await streaming
      if (failure !== undefined) throw failure.error
    },
  })
}

const circuitNames = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Open]: 'open',
  [CircuitState.Isolated]: 'open',
} as const
