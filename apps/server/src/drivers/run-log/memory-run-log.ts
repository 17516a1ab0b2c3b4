import type { RunLogReader, RunLog, RunLogOptions, RunLogWriter } from '../../chat/run-log.ts'
import { FrameBuffer } from './frame-buffer.ts'

/** Whoever lost a connection near the end of a reply has so long to come back for the rest. */
const keptAfterEndMs = 60_000

/** Run logs in this process. */
export class MemoryRunLog implements RunLog {
  readonly name = 'memory'
  readonly #buffers = new Map<string, FrameBuffer>()

  open(runId: string, { onUnread, isShared }: RunLogOptions): RunLogWriter {
    const buffer = new FrameBuffer(runId, 0, onUnread)
    this.#buffers.set(runId, buffer)
    return {
      append: (frames) => buffer.append(frames),
      end: (isFinal) => {
        buffer.end()
        const keptMs = isShared && isFinal ? keptAfterEndMs : 0
        setTimeout(() => this.#buffers.delete(runId), keptMs).unref()
      },
    }
  }

  async follow(runId: string, after: number): Promise<RunLogReader | undefined> {
    return this.#buffers.get(runId)?.follow(after)
  }

  /** A run of this process is stopped by the service that has it; others cannot be reached. */
  async stop(): Promise<boolean> {
    return false
  }

  async endFor(): Promise<void> {}

  async ping(): Promise<void> {}
}
