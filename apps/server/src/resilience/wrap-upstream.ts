import type { Upstream } from '../chat/upstream.ts'

/** An upstream that is another in some ways, and else the one it wraps. */
export function wrapUpstream(upstream: Upstream, changes: Partial<Upstream>): Upstream {
  return {
    name: upstream.name,
    description: upstream.description,
    stream: (request, sink, signal) => upstream.stream(request, sink, signal),
    listModels: () => upstream.listModels(),
    circuits: () => upstream.circuits?.() ?? [],
    ...changes,
  }
}
