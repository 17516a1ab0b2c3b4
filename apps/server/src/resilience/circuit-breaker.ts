import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  DelegateBackoff,
  handleWhen,
} from 'cockatiel'
import type { ProblemCode } from '@assistant-ui-proxy/contract'
import { AppError, problemOf } from '../app-error.ts'
import type { Upstream } from '../chat/upstream.ts'
import { orAborted } from './or-aborted.ts'
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
  const undecided = new Error('The call that was let through to see was left before its answer.')
  const breaker = circuitBreaker(
    handleWhen((error) => isIllness(error) || error === undecided),
    {
      breaker: new ConsecutiveBreaker(breakerFailures),
      // After a call that showed nothing, the next is let through at once.
      halfOpenAfter: new DelegateBackoff(({ result }) =>
        'error' in result && result.error === undecided ? 0 : breakerOpenMs,
      ),
    },
  )
  const suspension = (cause: BrokenCircuitError) => {
    const detail = `The upstream ${upstream.name} failed ${breakerFailures} times in a row and is spared for a moment. Try again soon.`
    return new AppError('upstream_suspended', detail, { retry_after_ms: breakerOpenMs, cause })
  }
  return wrapUpstream(upstream, {
    circuits: () => [{ upstream: upstream.name, circuit: circuitNames[breaker.state] }],
    async stream(request, sink, signal) {
      const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
      let streaming: Promise<Failure | undefined> | undefined
      const ask = async () => {
        const isProbe = breaker.state === CircuitState.HalfOpen
        try {
          // It may have been left while it waited for another to see.
          signal.throwIfAborted()
          streaming = tryStream(upstream, request, sink, signal, begin)
          const failure = await Promise.race([begun, streaming])
          if (failure?.hasBegun === false) throw failure.error
        } catch (error) {
          throw isProbe && signal.aborted ? undecided : error
        }
      }
      try {
        await orAborted(breaker.execute(ask), signal)
      } catch (error) {
        if (error instanceof BrokenCircuitError) throw suspension(error)
        if (streaming === undefined) throw error
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
