import type { RunLog } from '../../chat/run-log.ts'
import { FrameBuffer } from './frame-buffer.ts'

/** Run logs in this process, each for as long as somebody holds it. */
export function createMemoryRunLog(): RunLog {
  return { open: () => new FrameBuffer() }
}
