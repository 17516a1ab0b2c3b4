import type { ChainableCommander, Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { FrameBuffer } from '../frame-buffer.ts'
import { goneMessage, keptAfterEndMs, keptAtMostMs, keptForReadersMs, keyOf } from './keys.ts'

/** What comes within so long is sent to Redis together, for all runs at once. */
const gatherMs = 20
const retryMs = 1_000

/** So much is sent at a time, about: Redis answers each within the time that a command has. */
const bytesPerPipeline = 1_048_576

/** Entries of a stream that are kept, about. */
const maxEntries = 50_000

/** A run of this server, and how much of its log Redis has. */
interface Source {
  readonly key: string
  readonly buffer: FrameBuffer
  sent: number
  isOpen: boolean
  isFinal: boolean
  endedAtMs?: number
}

/**
 * Copies the logs of this server's runs to Redis, where the other servers read them. A run does not
 * wait for Redis: what it did not take is sent again, and each piece says where it belongs.
 */
export class LogReplicator {
  readonly #redis: Redis
  readonly #log: Logger
  #dirty = new Set<Source>()
  #timer: NodeJS.Timeout | undefined
  #sending: Promise<void> | undefined

  constructor(redis: Redis, log: Logger) {
    this.#redis = redis
    this.#log = log
  }

  /** @returns what to call whenever the buffer has grown or ended, and whether its end is final */
  add(runId: string, buffer: FrameBuffer): (isFinal?: boolean) => void {
    const source: Source = { key: keyOf(runId), buffer, sent: 0, isOpen: false, isFinal: true }
    const note = (isFinal = true) => {
      if (buffer.isEnded) source.endedAtMs ??= performance.now()
      source.isFinal = isFinal
      this.#dirty.add(source)
      this.#schedule(gatherMs)
    }
    note()
    return note
  }

  /** Resolves when Redis has all, or does not take it. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#sending
    this.#sending = this.#send().finally(() => (this.#sending = undefined))
    await this.#sending
  }

  #schedule(ms: number): void {
    if (this.#timer !== undefined || this.#sending !== undefined) return
    // This timer alone must not keep the process alive.
    this.#timer = setTimeout(() => void this.flush(), ms).unref()
  }

  async #send(): Promise<void> {
    const sources = [...this.#dirty].filter(isWanted)
    this.#dirty.clear()
    while (sources.length > 0) {
      const some = sources.splice(0, countForPipeline(sources))
      try {
        await this.#sendSome(some)
      } catch (error) {
        this.#log.warn({ err: error }, 'Redis did not take what runs wrote; it is sent again')
        for (const source of [...some, ...sources]) this.#dirty.add(source)
        setImmediate(() => this.#schedule(retryMs))
        return
      }
    }
    if (this.#dirty.size > 0) setImmediate(() => this.#schedule(gatherMs))
  }

  async #sendSome(sources: readonly Source[]): Promise<void> {
    const pipeline = this.#redis.pipeline()
    const reached = sources.map((source) => addTo(pipeline, source))
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error
    for (const [index, source] of sources.entries()) {
      source.sent = reached[index] ?? source.sent
      source.isOpen = true
    }
  }
}

/** Nobody comes back any more for a reply that ended so long ago: Redis was away. */
function isWanted({ endedAtMs }: Source): boolean {
  return endedAtMs === undefined || performance.now() - endedAtMs < keptAfterEndMs
}

function countForPipeline(sources: readonly Source[]): number {
  let bytes = 0
  const last = sources.findIndex(
    ({ buffer, sent }) => (bytes += buffer.length - sent) > bytesPerPipeline,
  )
  return last === -1 ? sources.length : last + 1
}

/** @returns where in the stream the commands get to */
function addTo(pipeline: ChainableCommander, source: Source): number {
  const { key, buffer, sent, isOpen, isFinal } = source
  let at = sent
  try {
    // The first entry is written at once, so that others find the run before it says anything.
    if (!isOpen) {
      pipeline.xadd(key, '*', 'at', 0, 'frames', '')
      pipeline.pexpire(key, keptAtMostMs)
    }
    while (at < buffer.length) {
      const frames = buffer.read(at)
      pipeline.xadd(key, 'MAXLEN', '~', maxEntries, '*', 'at', at, 'frames', frames)
      at += frames.length
    }
  } catch {
    // Redis was away for so long that what it lacks is not kept any more.
    pipeline.del(key)
    pipeline.publish(key, goneMessage)
    return buffer.length
  }
  if (buffer.isEnded) {
    pipeline.xadd(key, '*', 'end', '')
    pipeline.pexpire(key, isFinal ? keptAfterEndMs : keptForReadersMs)
  }
  pipeline.publish(key, '')
  return at
}
