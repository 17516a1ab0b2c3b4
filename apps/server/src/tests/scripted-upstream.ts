import { textOfParts } from '@assistant-ui-proxy/contract'
import type { Batch, Upstream, UpstreamRequest } from '../chat/upstream.ts'

/** An upstream that does what the test says, and remembers what it was asked. */
export function scriptUpstream(
  script: (request: UpstreamRequest, signal: AbortSignal) => AsyncIterable<Batch>,
) {
  const requests: UpstreamRequest[] = []
  const upstream: Upstream = {
    name: 'scripted',
    description: 'scripted',
    stream: async (request, sink, signal) => {
      requests.push(request)
      for await (const batch of script(request, signal)) await sink(batch)
    },
    listModels: async () => [],
  }
  return { upstream, requests }
}

/** An upstream that says at once what it was told last. */
export function echoUpstream(): Upstream {
  return scriptUpstream(async function* ({ messages }) {
    yield textBatch(`You said: ${textOfParts(messages.at(-1)?.parts ?? [])}`)
    yield finishBatch
  }).upstream
}

/** An upstream that fails before its first chunk. */
export function failingUpstream(reason: Error): Upstream {
  const next = async () => {
    throw reason
  }
  return scriptUpstream(() => ({ [Symbol.asyncIterator]: () => ({ next }) })).upstream
}

export function textBatch(delta: string): Batch {
  return [{ type: 'text-delta', id: '0', delta }]
}

export const finishBatch: Batch = [{ type: 'text-end', id: '0' }, { type: 'finish' }]

/** Resolves when the run is told to stop. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
