import { AppError } from '../app-error.ts'
import type { Batch, Upstream, UpstreamRequest } from '../chat/upstream.ts'
import type { Sink } from '../sink.ts'

/** What became of a stream that did not end by itself. */
export interface Failure {
  readonly error: unknown
  /** Whether anything had come: until then it may be tried again, afterwards not. */
  readonly hasBegun: boolean
}

/**
 * @param onBegun called when the first batch has come
 * @returns undefined where all went well. An upstream that ends before it says anything has failed.
 */
export async function tryStream(
  upstream: Upstream,
  request: UpstreamRequest,
  sink: Sink<Batch>,
  signal: AbortSignal,
  onBegun?: () => void,
): Promise<Failure | undefined> {
  let hasBegun = false
  const noting = (batch: Batch) => {
    if (!hasBegun) {
      hasBegun = true
      onBegun?.()
    }
    return sink(batch)
  }
  try {
    await upstream.stream(request, noting, signal)
    if (hasBegun) return undefined
    throw new AppError('upstream_interrupted', 'The upstream ended before it said anything.')
  } catch (error) {
    return { error, hasBegun }
  }
}
