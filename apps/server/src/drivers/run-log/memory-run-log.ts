import type { RunLog, RunLogWriter } from '../../chat/run-log.ts'
import { FrameBuffer } from './frame-buffer.ts'

/** Whoever lost a connection near the end of a reply has so long to come back for the rest. */
const keptAfterEndMs = 60_000

/** Run logs in this process. */
export class MemoryRunLog implements RunLog {
  readonly #buffers = new Map<string, FrameBuffer>()

  open(runId: string): RunLogWriter {
    const buffer = new FrameBuffer(runId)
    this.#buffers.set(runId, buffer)
    return {
      append: (frames, events) => buffer.append(frames, events),
      end: () => {
        buffer.end()
        setTimeout(() => this.#buffers.delete(runId), keptAfterEndMs).unref()
      },
    }
  }

  follow(runId: string, after: number): AsyncIterable<Uint8Array> | undefined {
    return this.#buffers.get(runId)?.follow(after)
  }
}
