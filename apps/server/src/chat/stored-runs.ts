import { setTimeout as delay } from 'node:timers/promises'
import {
  chunksOfMessage,
  encodeChunks,
  type ChatRequest,
  type EventPosition,
} from '@assistant-ui-proxy/contract'
import { AppError } from '../app-error.ts'
import type { Owner } from '../identity/owner.ts'
import type { StoredRun, ThreadStore } from '../threads/thread-store.ts'
import { prefaceOf } from './preface.ts'
import type { RunLogReader, RunLog } from './run-log.ts'
import { assertSameRequest, notFollowed, runInProgress, type RunName } from './run-name.ts'
import { untilOver } from './until-over.ts'

/** So long, and so far apart, is a log looked for that is about to be opened. */
const logOpeningMs = 300
const logOpeningPollMs = 30

/** The runs that this process does not write: other servers do, or they have ended. */
export class StoredRuns {
  readonly #store: ThreadStore
  readonly #runLog: RunLog

  constructor(store: ThreadStore, runLog: RunLog) {
    this.#store = store
    this.#runLog = runLog
  }

  /**
   * The frames of the run that is going in a thread, or what follows an event of one of its runs.
   * @returns undefined where there is no such run, or it has ended and that part is not kept any more
   * @throws AppError `run_in_progress` where it goes on and that part is not kept any more
   */
  async follow(
    owner: Owner,
    threadId: string,
    after: EventPosition | undefined,
  ): Promise<RunLogReader | undefined> {
    const run = await this.#store.findRun(owner, threadId, after?.runId)
    if (run === undefined) return undefined
    const frames = await this.#followRun(owner, threadId, run, after?.sequence ?? 0)
    if (frames === undefined && run.status === 'streaming') throw notFollowed(run.runId)
    return frames
  }

  /**
   * The frames of the run that a request began before.
   * @throws AppError `run_in_progress`, and `key_reused` where it was another request
   */
  async join(
    owner: Owner,
    threadId: string,
    request: ChatRequest,
    name: RunName,
    run: StoredRun,
  ): Promise<RunLogReader> {
    assertSameRequest(name, run)
    const after = prefaceOf(request, run.replyId).length
    const frames = await this.#followRun(owner, threadId, run, after)
    if (frames !== undefined) return frames
    const [reply] = await this.#store.findMessages(owner, threadId, [run.replyId])
    if (reply === undefined || reply.status === 'streaming') throw runInProgress(run.runId)
    // Without ids: they would not be those of the run's own events.
    return framesOf(encodeChunks(chunksOfMessage(reply)))
  }

  /**
   * Stops the run that is going in a thread. Resolves when its log has ended.
   * @returns whether there was one
   * @throws AppError `run_in_progress` where the server that writes it cannot be asked
   */
  async stop(owner: Owner, threadId: string): Promise<boolean> {
    const run = await this.#store.findRun(owner, threadId)
    if (run === undefined) return false
    if (await this.#runLog.stop(run.runId)) return true
    throw new AppError(
      'run_in_progress',
      'The reply is written by another server, which does not answer. Try again in a moment.',
      { run_id: run.runId },
    )
  }

  /**
   * The server that writes a run stores that it begins a moment before it opens its log, and that it has
   * ended a moment before its log ends: it may die in between.
   */
  async #followRun(
    owner: Owner,
    threadId: string,
    { runId, status }: StoredRun,
    after: number,
  ): Promise<RunLogReader | undefined> {
    if (status !== 'streaming') return this.#runLog.follow(runId, after, true)
    const openUntilMs = performance.now() + logOpeningMs
    do {
      const frames = await this.#runLog.follow(runId, after)
      if (frames !== undefined)
        return untilOver(frames, async () => {
          const run = await this.#store.findRun(owner, threadId, runId)
          return run?.status !== 'streaming'
        })
      await delay(logOpeningPollMs)
    } while (performance.now() < openUntilMs)
    return undefined
  }
}

function framesOf(frames: string): RunLogReader {
  return { read: async (sink) => sink(Buffer.from(frames)), leave: () => undefined }
}
