import { AppError } from '../app-error.ts'
import type { Upstream, UpstreamRequest } from '../chat/upstream.ts'
import { wrapUpstream } from './wrap-upstream.ts'

export interface DeadlineOptions {
  readonly firstChunkMs: number
  /** Between two batches, the time that a slow reader takes not counted. */
  readonly idleMs: number
  readonly totalMs: number
}

/** Ends a stream that keeps its reader waiting, as `upstream_timeout`. */
export function withDeadlines(upstream: Upstream, options: DeadlineOptions): Upstream {
  return wrapUpstream(upstream, {
    stream: (request, signal) => streamInTime(upstream, options, request, signal),
  })
}

async function* streamInTime(
  upstream: Upstream,
  { firstChunkMs, idleMs, totalMs }: DeadlineOptions,
  request: UpstreamRequest,
  signal: AbortSignal,
) {
  const inner = new AbortController()
  const leave = () => inner.abort(signal.reason)
  if (signal.aborted) leave()
  else signal.addEventListener('abort', leave, { once: true })

  let late: string | undefined
  const expire = (reason: string) => {
    late = reason
    inner.abort()
  }
  const total = setTimeout(expire, totalMs, `did not end within ${totalMs / 1_000} s`)
  let wait = setTimeout(expire, firstChunkMs, `said nothing for ${firstChunkMs / 1_000} s`)
  const stream = upstream.stream(request, inner.signal)[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await stream.next()
      clearTimeout(wait)
      if (done === true) return
      yield value
      wait = setTimeout(expire, idleMs, `paused for ${idleMs / 1_000} s`)
    }
  } catch (error) {
    throw late === undefined
      ? error
      : new AppError('upstream_timeout', `The upstream ${late}. Try again.`, { cause: error })
  } finally {
    clearTimeout(total)
    clearTimeout(wait)
    signal.removeEventListener('abort', leave)
    await stream.return?.()
  }
}
