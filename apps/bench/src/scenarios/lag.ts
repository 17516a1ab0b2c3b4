import { nowMs } from '../clock.ts'
import type { Runner } from '../field.ts'
import { openStream } from '../open-stream.ts'
import { stampOf } from '../plan.ts'
import type { Load } from './cpu.ts'

/** So many chunks of each stream do not count: all streams begin at once here. */
const warmUpChunks = 20

/** @returns for each chunk, how long after the mock wrote it the reader had it, in ms */
export async function measureLag(
  runner: Runner,
  { streams, chunks, perSecond }: Load,
): Promise<number[]> {
  const lags: number[] = []
  const plan = { chunks, perSecond, isStamped: true }
  const opened = Array.from({ length: streams }, () => {
    let seen = 0
    const onText = (text: string) => {
      const writtenAtMs = stampOf(text)
      if (writtenAtMs !== undefined && ++seen > warmUpChunks) lags.push(nowMs() - writtenAtMs)
    }
    return openStream(runner, plan, { onText })
  })
  await Promise.all(opened.map((stream) => stream.whole))
  return lags
}
