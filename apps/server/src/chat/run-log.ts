/** Writes one run's log. */
export interface RunLogWriter {
  /**
   * Adds whole frames of the event stream.
   * @param events how many
   * @returns undefined, or what resolves when the readers have caught up so far that more may come
   */
  append(frames: string, events: number): Promise<void> | undefined
  /** Nothing more comes: followers end. */
  end(): void
}

/**
 * The event streams of runs, for whoever follows them: from the beginning, joining late, or coming
 * back. A run never waits for a reader who is not there; while all that are there are slow, it does.
 */
export interface RunLog {
  /** Begins a run's log. */
  open(runId: string): RunLogWriter
  /**
   * The frames that follow an event, then those that come, to the run's end.
   * @param after the event's sequence in the run; 0: from the first
   * @returns undefined where the run, or that part of it, is not kept any more
   */
  follow(runId: string, after: number): AsyncIterable<Uint8Array> | undefined
}
