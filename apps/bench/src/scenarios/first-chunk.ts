import { nowMs } from '../clock.ts'
import type { Runner } from '../field.ts'
import { openStream } from '../open-stream.ts'

/** @returns how long after the request the first bytes of the reply came, in ms, one request at a time */
export async function measureFirstChunk(runner: Runner): Promise<number> {
  const stream = openStream(runner, { chunks: 2, perSecond: 500 })
  await stream.begun
  const afterMs = nowMs() - stream.startedAtMs
  await stream.whole
  return afterMs
}
