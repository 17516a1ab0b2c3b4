import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { RunLogReader } from '../../../chat/run-log.ts'
import { FrameBuffer } from '../frame-buffer.ts'
import { keyOf } from './keys.ts'

const pageSize = 256
const retryMs = 500

/** A reader may know of an event that has not reached Redis yet: it gets so long. */
const lagMs = 1_000
const lagPollMs = 20

/** A copy of the log of a run that another server writes, for those who read it here. */
export class LogMirror {
  readonly #redis: Redis
  readonly #runId: string
  readonly #onUnread: () => void
  #buffer: FrameBuffer | undefined
  #lastId: string | undefined
  #isStale = false
  #reading: Promise<void> | undefined
  /** Whether the run was ended in the stead of whoever wrote it. */
  #isAbandoned = false
  #isGone = false
  /** Those who are about to read, or wait for the end. */
  #coming = 0
  readonly #ended = Promise.withResolvers<true>()

  /** @param onUnread called when the last reader has left */
  constructor(redis: Redis, runId: string, onUnread: () => void) {
    this.#redis = redis
    this.#runId = runId
    this.#onUnread = onUnread
  }

  /** Reads what is there. Resolves when nothing is left to read. @throws where Redis does not answer */
  refresh(): Promise<void> {
    this.#isStale = true
    this.#reading ??= this.#readAll().finally(() => (this.#reading = undefined))
    return this.#reading
  }

  /** Reads what is new, again and again where Redis is away. */
  async keepUp(): Promise<void> {
    while (!this.#isGone) {
      try {
        return await this.refresh()
      } catch {
        await delay(retryMs, undefined, { ref: false })
      }
    }
  }

  /** The log will not be whole: who reads it is cut off before its terminal chunk, and nobody else begins to. */
  markIncomplete(): void {
    this.#isGone = true
    this.#buffer?.end()
  }

  /** Whether the log has ended within so long, also where its beginning is not kept any more. */
  async seeEnd(timeoutMs: number): Promise<boolean> {
    this.#coming++
    const late = delay(timeoutMs, false, { ref: false })
    const isEnded = await Promise.race([this.#ended.promise, late])
    this.#coming--
    this.#dropIfUnread()
    return isEnded
  }

  /**
   * @param isOver only a whole log will do: whoever wrote it may have died before its end was sent
   * @returns undefined where what follows the event is not kept
   */
  async follow(after: number, isOver: boolean): Promise<RunLogReader | undefined> {
    this.#coming++
    try {
      return await this.#find(after, isOver)
    } finally {
      this.#coming--
      this.#dropIfUnread()
    }
  }

  async #find(after: number, isOver: boolean): Promise<RunLogReader | undefined> {
    for (let waitedMs = 0; ; waitedMs += lagPollMs) {
      const buffer = this.#isGone ? undefined : this.#buffer
      const frames = isOver && buffer?.isEnded === false ? undefined : buffer?.follow(after)
      if (frames !== undefined) return frames
      if (buffer === undefined || buffer.isEnded || waitedMs >= lagMs) return undefined
      await delay(lagPollMs)
      await this.refresh()
    }
  }

  #dropIfUnread(): void {
    if (this.#coming === 0 && this.#buffer?.isRead !== true) this.#onUnread()
  }

  async #readAll(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false
      const from = this.#lastId === undefined ? '-' : `(${this.#lastId}`
      const page = await this.#redis.xrange(keyOf(this.#runId), from, '+', 'COUNT', pageSize)
      for (const [id, fields] of page) {
        this.#lastId = id
        this.#take(fields)
      }
      if (page.length === pageSize) this.#isStale = true
    }
  }

  /** @param fields `at <position> frames <text>`, `frames <text>`, or `end` */
  #take(fields: readonly string[]): void {
    const entry = new Map<string, string>()
    for (let index = 0; index < fields.length; index += 2)
      entry.set(fields[index] ?? '', fields[index + 1] ?? '')
    const at = entry.get('at')
    // A server that was taken for dead goes on behind what was said in its stead.
    if (at !== undefined && this.#isAbandoned) return this.markIncomplete()
    this.#isAbandoned ||= at === undefined && entry.has('frames')
    this.#buffer ??= new FrameBuffer(this.#runId, Number(at ?? 0), () => this.#dropIfUnread())
    this.#append(this.#buffer, entry.get('frames') ?? '', Number(at ?? this.#buffer.length))
    if (!entry.has('end')) return
    this.#buffer.end()
    this.#ended.resolve(true)
  }

  /** A piece whose answer was lost is sent again, with what has come since: what is known of it is left out. */
  #append(buffer: FrameBuffer, frames: string, at: number): void {
    if (at > buffer.length) return this.markIncomplete()
    const known = buffer.length - at
    const fresh = known === 0 ? frames : Buffer.from(frames).subarray(known).toString()
    if (fresh !== '') void buffer.append(fresh)
  }
}
