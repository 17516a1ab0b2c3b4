import { createHash } from 'node:crypto'
import type { ChatRequest } from '@assistant-ui-proxy/contract'
import { AppError } from '../app-error.ts'
import type { Owner } from '../identity/owner.ts'
import type { Run } from './run.ts'

/** A run that has ended is remembered so long, for those who ask for it again. */
const rememberedMs = 60_000

/** A request that has begun, or is about to begin, a run. */
interface Claim {
  /** What names it; undefined: it cannot be asked for again. */
  readonly name: string | undefined
  readonly fingerprint: string
  readonly starting: Promise<Run>
  /** Undefined while it is starting. */
  run?: Run
}

/** The latest run of each thread: at most one goes on in a thread, and a request repeated joins it. */
export class ThreadRuns {
  readonly #claims = new Map<string, Claim>()

  /**
   * Begins a run, unless this request has begun one already that goes on or did not fail.
   * @param key names the request; by default the id of the user's message does
   * @throws AppError `run_in_progress`, `key_reused`, and what `begin` throws
   */
  async claim(
    owner: Owner,
    request: ChatRequest & { id: string },
    key: string | undefined,
    begin: () => Promise<Run>,
  ): Promise<Run> {
    const place = placeOf(owner, request.id)
    const name = nameOf(request, key)
    const fingerprint = createHash('sha256').update(JSON.stringify(request)).digest('base64')
    const latest = this.#claims.get(place)
    if (latest !== undefined && latest.name === name && name !== undefined && !hasFailed(latest)) {
      if (latest.fingerprint === fingerprint) return latest.starting
      throw new AppError(
        'key_reused',
        'This key, or message id, has been sent with another body. Send a new message under a new id.',
      )
    }
    if (latest !== undefined && isGoing(latest))
      throw new AppError(
        'run_in_progress',
        'A reply is being written in this thread. Wait for its end, or stop it first.',
        latest.run && { run_id: latest.run.id },
      )
    const claim: Claim = { name, fingerprint, starting: begin() }
    this.#claims.set(place, claim)
    try {
      claim.run = await claim.starting
    } catch (error) {
      this.#forget(place, claim)
      throw error
    }
    void claim.run.settled.then(() => {
      return setTimeout(() => this.#forget(place, claim), rememberedMs).unref()
    })
    return claim.run
  }

  /** The thread's latest run; undefined where there was none for a while. */
  async latest(owner: Owner, threadId: string): Promise<Run | undefined> {
    return this.#claims.get(placeOf(owner, threadId))?.starting.catch(() => undefined)
  }

  #forget(place: string, claim: Claim): void {
    if (this.#claims.get(place) === claim) this.#claims.delete(place)
  }
}

function isGoing({ run }: Claim): boolean {
  return run === undefined || run.status === 'streaming'
}

function hasFailed({ run }: Claim): boolean {
  return run?.status === 'failed'
}

/** A message that is asked about again, or edited, is not the same request under the same id. */
function nameOf({ trigger, messageId, messages }: ChatRequest, key: string | undefined) {
  if (key !== undefined) return `key ${key}`
  const last = messages.at(-1)
  const isRepeat = trigger === 'regenerate-message' || messageId !== undefined
  return isRepeat || last?.role !== 'user' || last.id === undefined
    ? undefined
    : `message ${last.id}`
}

function placeOf({ workspaceId, userId }: Owner, threadId: string): string {
  return JSON.stringify([workspaceId, userId, threadId])
}
