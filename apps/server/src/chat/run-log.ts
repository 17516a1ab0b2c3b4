/** Writes one run's log. */
export interface RunLogWriter {
  /**
   * Adds whole frames of the event stream.
   * @returns undefined, or what resolves when the readers have caught up so far that more may come
   */
  append(frames: string): Promise<void> | undefined
  /** Nothing more comes: followers end. */
  end(): void
  /** The run's frames from its first, then as they come, to its end. */
  follow(): AsyncIterable<Uint8Array>
}

/**
 * The event streams of runs, for whoever follows them: from the beginning, or joining late.
 * A run never waits for a reader who is not there; while all that are there are slow, it does.
 */
export interface RunLog {
  /** Begins a run's log. */
  open(runId: string): RunLogWriter
}
