import type { Sink } from '../sink.ts'

/** Writes one run's log. */
export interface RunLogWriter {
  /**
   * Adds whole frames of the event stream.
   * @returns undefined, or what resolves when the readers have caught up so far that more may come
   */
  append(frames: string): Promise<void> | undefined
  /**
   * Nothing more comes: followers end.
   * @param isFinal whether the reply will be stored as the log says that it ended; otherwise it is not for
   *   those who come later
   */
  end(isFinal: boolean): void
}

/** A run's event stream, for one reader. */
export interface RunLogReader {
  /**
   * Gives what there is and what comes, each time the bytes of whole events. Called once. Resolves at
   * the end of the run, or when the reader has left.
   * @throws what the sink throws, and where the reader was left behind
   */
  read(sink: Sink<Uint8Array>): Promise<void>
  /** Nothing more is given. */
  leave(): void
}

export interface RunLogOptions {
  /** Called when anybody asks to stop the run. */
  readonly onStop: () => void
  /** Called when the last of its readers in this process has left. */
  readonly onUnread: () => void
  /** Whether others may come for it, from elsewhere or later. */
  readonly isShared: boolean
}

/**
 * The event streams of runs, for whoever follows them: from the beginning, joining late, or coming
 * back. A run never waits for a reader who is not there; while all that are there are slow, it does.
 */
export interface RunLog {
  readonly name: string
  /** Begins a run's log. */
  open(runId: string, options: RunLogOptions): RunLogWriter
  /**
   * The frames that follow an event, then those that come, to the run's end.
   * @param after the event's sequence in the run; 0: from the first
   * @param isOver whether the run is known to have ended: only a whole log will do
   * @returns undefined where the run, or that part of it, is not kept any more
   */
  follow(runId: string, after: number, isOver?: boolean): Promise<RunLogReader | undefined>
  /**
   * Asks whoever writes a run to stop it. Resolves when its log has ended.
   * @returns false where nobody here can be asked, or does not answer
   */
  stop(runId: string): Promise<boolean>
  /** Ends the log of a run whose server is gone, with these last frames. */
  endFor(runId: string, frames: string): Promise<void>
  /** Resolves when the log can be written and read. */
  ping(): Promise<void>
}
