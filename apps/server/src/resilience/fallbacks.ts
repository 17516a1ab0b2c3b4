import { problemOf } from '../app-error.ts'
import type { Upstream } from '../chat/upstream.ts'
import { beginStream, deferStream } from './begun-stream.ts'
import { wrapUpstream } from './wrap-upstream.ts'

/**
 * Asks the next where one fails before its first chunk. The models are those of the first; the others
 * answer with their default.
 */
export function withFallbacks(first: Upstream, others: readonly Upstream[]): Upstream {
  if (others.length === 0) return first
  const names = others.map(({ name }) => name).join(', then ')
  return wrapUpstream(first, {
    description: `${first.description}; if it fails: ${names}`,
    stream: (request, signal) =>
      deferStream(async () => {
        let failure: unknown
        for (const upstream of [first, ...others]) {
          const asked = upstream === first ? request : { ...request, model: undefined }
          try {
            return await beginStream(upstream.stream(asked, signal))
          } catch (error) {
            // The first failure is told: it is that of the upstream that was meant.
            failure ??= error
            if (signal.aborted || problemOf(error) === undefined) throw error
          }
        }
        throw failure
      }),
  })
}
