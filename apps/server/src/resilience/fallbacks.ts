import { problemOf } from '../app-error.ts'
import type { Upstream } from '../chat/upstream.ts'
import { tryStream, type Failure } from './try-stream.ts'
import { wrapUpstream } from './wrap-upstream.ts'

/**
 * Asks the next where one fails before its first chunk. The models are those of the first; the others
 * answer with their default, which may not know how to think longer.
 */
export function withFallbacks(meant: Upstream, others: readonly Upstream[]): Upstream {
  if (others.length === 0) return meant
  const names = others.map(({ name }) => name).join(', then ')
  return wrapUpstream(meant, {
    description: `${meant.description}; if it fails: ${names}`,
    circuits: () => [meant, ...others].flatMap((upstream) => upstream.circuits?.() ?? []),
    async stream(request, sink, signal) {
      let first: Failure | undefined
      const ofOthers = { ...request, model: undefined, reasoningEffort: undefined }
      for (const upstream of [meant, ...others]) {
        const asked = upstream === meant ? request : ofOthers
        const failure = await tryStream(upstream, asked, sink, signal)
        if (failure === undefined) return
        const { error, hasBegun } = failure
        if (hasBegun || signal.aborted || problemOf(error) === undefined) throw error
        // The first failure is told: it is that of the upstream that was meant.
        first ??= failure
      }
      throw first?.error
    },
  })
}
