import type { Upstream } from '../chat/upstream.ts'

/** An upstream that streams in another way, and else is the one it wraps. */
export function wrapUpstream(
  upstream: Upstream,
  changes: Pick<Upstream, 'stream'> & Partial<Upstream>,
): Upstream {
  return {
    name: upstream.name,
    description: upstream.description,
    listModels: () => upstream.listModels(),
    circuit: () => upstream.circuit?.() ?? 'closed',
    ...changes,
  }
}
