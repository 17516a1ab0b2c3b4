/** The stream that holds a run's log, and the channel that tells of what was added to it. */
export function keyOf(runId: string): string {
  return `assistant-ui-proxy:run:${runId}`
}

/** Runs that somebody wants stopped, by their ids. Every server listens. */
export const stopChannel = 'assistant-ui-proxy:stop'

/** Said on a run's channel when its log will not be whole. */
export const goneMessage = 'gone'

/** A log outlives its run for those who lost their connection near its end. */
export const keptAfterEndMs = 60_000

/** One whose end is not that of the stored reply is only for those who read it already. */
export const keptForReadersMs = 1_000

/** In case that whoever writes it dies, and nobody is left to clear up. */
export const keptAtMostMs = 24 * 3_600_000
