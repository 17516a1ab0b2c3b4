import { SilenceTimer } from '../silence-timer.ts'
import type { RunLogReader } from './run-log.ts'

/**
 * The frames of a run that another server writes, cut off where the run is over and its log did not
 * end: the reader comes back for what was stored.
 * @param isOver asked after a silence of `quietMs`
 */
export function untilOver(
  frames: RunLogReader,
  isOver: () => Promise<boolean>,
  quietMs = 3_000,
): RunLogReader {
  return {
    leave: () => frames.leave(),
    async read(sink) {
      let isReaderBusy = false
      let wasOver = false
      const look = async () => {
        if (isReaderBusy) return
        // Its end may be on its way: once more.
        if (wasOver) frames.leave()
        else wasOver = await isOver().catch(() => false)
      }
      const silence = new SilenceTimer(quietMs, () => void look())
      try {
        await frames.read((bytes) => {
          wasOver = false
          silence.note()
          const room = sink(bytes)
          if (room === undefined) return undefined
          isReaderBusy = true
          return room.finally(() => (isReaderBusy = false))
        })
      } finally {
        silence.stop()
      }
    },
  }
}
