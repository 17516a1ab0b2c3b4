import type { Owner } from '../identity/owner.ts'
import type { Run } from './run.ts'
import { assertSameRequest, type RunName } from './run-name.ts'

/** A run that has ended is remembered so long, for those who ask for it again. */
const rememberedMs = 60_000

/** A request that has begun, or is about to begin, a run. */
interface Claim extends RunName {
  readonly owner: Owner
  readonly starting: Promise<Run>
  /** Undefined while it is starting. */
  run?: Run
}

/**
 * The latest run of each thread in this process: those who race for one wait for the first of them,
 * and the store is asked once. What other servers write, and what was written before, the store knows.
 */
export class ThreadRuns {
  readonly #claims = new Map<string, Claim>()

  /**
   * Begins a run, unless this request has begun one already that goes on or did not fail.
   * @param isKept whether the thread is there, which another server may have deleted since
   * @throws AppError `run_in_progress`, `key_reused`, and what `begin` throws
   */
  async claim(
    owner: Owner,
    threadId: string,
    { name, fingerprint }: RunName,
    begin: () => Promise<Run>,
    isKept: () => Promise<boolean>,
  ): Promise<Run> {
    const key = keyOf(owner, threadId)
    const ended = this.#claims.get(key)
    if (ended && !isGoing(ended) && ended.name === name && !(await isKept())) this.#drop(key, ended)
    const latest = this.#claims.get(key)
    const isSame = name !== undefined && latest?.name === name && !hasFailed(latest)
    if (latest !== undefined && (isSame || isGoing(latest))) {
      assertSameRequest({ name, fingerprint }, { ...latest, runId: latest.run?.id })
      return latest.starting
    }
    const claim: Claim = { owner, name, fingerprint, starting: begin() }
    this.#claims.set(key, claim)
    try {
      claim.run = await claim.starting
    } catch (error) {
      this.#drop(key, claim)
      throw error
    }
    void claim.run.settled.then(() => {
      return setTimeout(() => this.#drop(key, claim), rememberedMs).unref()
    })
    return claim.run
  }

  /** The thread's latest run; undefined where there was none for a while. */
  async latest(owner: Owner, threadId: string): Promise<Run | undefined> {
    return this.#claims.get(keyOf(owner, threadId))?.starting.catch(() => undefined)
  }

  /**
   * Forgets the runs of a thread that is gone, or of all threads of an owner who is.
   * @returns those that may be going on
   */
  forget({ workspaceId, userId }: Owner, threadId?: string): Promise<Run>[] {
    const gone = [...this.#claims].filter(
      ([key, { owner }]) =>
        owner.workspaceId === workspaceId &&
        owner.userId === userId &&
        (threadId === undefined || key === keyOf(owner, threadId)),
    )
    for (const [key] of gone) this.#claims.delete(key)
    return gone.filter(([, claim]) => isGoing(claim)).map(([, { starting }]) => starting)
  }

  #drop(key: string, claim: Claim): void {
    if (this.#claims.get(key) === claim) this.#claims.delete(key)
  }
}

function isGoing({ run }: Claim): boolean {
  return run === undefined || run.status === 'streaming'
}

function hasFailed({ run }: Claim): boolean {
  return run?.status === 'failed'
}

function keyOf({ workspaceId, userId }: Owner, threadId: string): string {
  return JSON.stringify([workspaceId, userId, threadId])
}
