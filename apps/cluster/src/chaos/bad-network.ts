/** The longest that anybody waits for an answer to end, in ms; far above what any takes. */
export const patienceMs = 30_000

/**
 * A `fetch` through a network that sends each request to any of the servers that are up, and, where it
 * is told to, cuts an answer after a random number of bytes.
 */
export function badFetch(pickServer: () => string, isCut: () => boolean): typeof fetch {
  return async (input, init) => {
    const signal = AbortSignal.any([
      AbortSignal.timeout(patienceMs),
      ...(init?.signal ? [init.signal] : []),
    ])
    const response = await fetch(`${pickServer()}${String(input)}`, { ...init, signal })
    if (response.body === null || !isCut()) return response
    let left = Math.floor(Math.random() * 4_000)
    const cut = new TransformStream<Uint8Array, Uint8Array>({
      transform(bytes, controller) {
        controller.enqueue(bytes.subarray(0, left))
        left -= bytes.length
        if (left <= 0) controller.error(new TypeError('the network was cut'))
      },
    })
    return new Response(response.body.pipeThrough(cut), response)
  }
}
