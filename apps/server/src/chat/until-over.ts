import { setTimeout as delay } from 'node:timers/promises'
import type { Frames } from './run-log.ts'

const over = { done: true, value: undefined } as const

/**
 * The frames of a run that another server writes, cut off where the run is over and its log did not
 * end: the reader comes back for what was stored.
 * @param isOver asked after a silence of `quietMs`
 */
export function untilOver(frames: Frames, isOver: () => Promise<boolean>, quietMs = 3_000): Frames {
  const reader = frames[Symbol.asyncIterator]()
  // No generator: its `return` would wait for the frame that a reader who leaves no longer wants.
  const iterator: AsyncIterator<Uint8Array, undefined> = {
    next: () => nextUntilOver(reader, isOver, quietMs),
    return: async () => {
      await reader.return?.()
      return over
    },
  }
  return { [Symbol.asyncIterator]: () => iterator }
}

async function nextUntilOver(
  reader: AsyncIterator<Uint8Array>,
  isOver: () => Promise<boolean>,
  quietMs: number,
): Promise<IteratorResult<Uint8Array, undefined>> {
  const next = reader.next()
  for (let wasOver = false; ;) {
    const timer = new AbortController()
    const quiet = delay(quietMs, undefined, { ref: false, signal: timer.signal })
    const result = await Promise.race([next, quiet.catch(() => undefined)])
    timer.abort()
    if (result !== undefined) return result
    if (wasOver) {
      await reader.return?.()
      return over
    }
    // Its end may be on its way: once more.
    wasOver = await isOver().catch(() => false)
  }
}
