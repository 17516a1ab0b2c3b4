import { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { RunLogReader, RunLog, RunLogOptions, RunLogWriter } from '../../../chat/run-log.ts'
import { storageUnavailable } from '../../../app-error.ts'
import { FrameBuffer } from '../frame-buffer.ts'
import { goneMessage, keptAfterEndMs, keyOf, stopChannel } from './keys.ts'
import { LogMirror } from './log-mirror.ts'
import { LogReplicator } from './log-replicator.ts'

const connectTimeoutMs = 5_000
const commandTimeoutMs = 2_000
/** A server that is asked to stop a run gets so long. */
const stopTimeoutMs = 5_000
/** It is asked so often: it may open the run only a moment after the store knows of it. */
const stopIntervalMs = 250

interface LocalRun {
  readonly buffer: FrameBuffer
  readonly onStop: () => void
}

/**
 * Run logs that several servers share: each run is written by one, copied to a Redis Stream, and may be
 * read and stopped through any. Its own readers read from memory, as without Redis.
 */
export class RedisRunLog implements RunLog {
  readonly name = 'redis'
  readonly #redis: Redis
  readonly #subscriber: Redis
  readonly #replicator: LogReplicator
  readonly #runs = new Map<string, LocalRun>()
  readonly #mirrors = new Map<string, Promise<LogMirror>>()

  private constructor(redis: Redis, subscriber: Redis, log: Logger) {
    this.#redis = redis
    this.#subscriber = subscriber
    this.#replicator = new LogReplicator(redis, log)
    subscriber.on('message', (channel, message) => this.#hear(channel, message))
    // What was said while the connection was away was missed.
    subscriber.on('ready', () => this.#keepUp())
  }

  /** @throws where Redis cannot be reached */
  static async connect(url: string, log: Logger): Promise<RedisRunLog> {
    const redis = createConnection(url)
    const subscriber = createConnection(url)
    try {
      await Promise.all([redis.connect(), subscriber.connect()])
      await subscriber.subscribe(stopChannel)
    } catch (error) {
      redis.disconnect()
      subscriber.disconnect()
      throw error
    }
    return new RedisRunLog(redis, subscriber, log)
  }

  open(runId: string, { onStop, onUnread, isShared }: RunLogOptions): RunLogWriter {
    const buffer = new FrameBuffer(runId, 0, onUnread)
    this.#runs.set(runId, { buffer, onStop })
    const note = isShared ? this.#replicator.add(runId, buffer) : () => undefined
    return {
      append: (frames) => {
        note()
        return buffer.append(frames)
      },
      end: (isFinal) => {
        buffer.end()
        note(isFinal)
        const keptMs = isShared && isFinal ? keptAfterEndMs : 0
        setTimeout(() => this.#runs.delete(runId), keptMs).unref()
      },
    }
  }

  async follow(runId: string, after: number, isOver = false): Promise<RunLogReader | undefined> {
    const run = this.#runs.get(runId)
    if (run !== undefined) return run.buffer.follow(after)
    return this.#withMirror(runId, (mirror) => mirror.follow(after, isOver))
  }

  async stop(runId: string): Promise<boolean> {
    const ask = () => void this.#redis.publish(stopChannel, runId).catch(() => undefined)
    ask()
    const asking = setInterval(ask, stopIntervalMs)
    const ended = this.#withMirror(runId, (mirror) => mirror.seeEnd(stopTimeoutMs))
    return ended.finally(() => clearInterval(asking))
  }

  async endFor(runId: string, frames: string): Promise<void> {
    const key = keyOf(runId)
    const pipeline = this.#redis.pipeline()
    pipeline.xadd(key, '*', 'frames', frames)
    pipeline.xadd(key, '*', 'end', '')
    pipeline.pexpire(key, keptAfterEndMs)
    pipeline.publish(key, '')
    await pipeline.exec()
  }

  async ping(): Promise<void> {
    await this.#redis.ping()
  }

  /** Sends what is still here. */
  async close(): Promise<void> {
    await this.#replicator.flush()
    this.#redis.disconnect()
    this.#subscriber.disconnect()
  }

  /**
   * @param use begins to read in the same turn: an unread mirror is dropped
   * @throws AppError `storage_unavailable` where Redis does not answer
   */
  async #withMirror<T>(runId: string, use: (mirror: LogMirror) => Promise<T>): Promise<T> {
    try {
      for (;;) {
        const opening = this.#mirrors.get(runId) ?? this.#open(runId)
        const mirror = await opening
        // Its last reader may have left meanwhile, and nobody listens for it any more.
        if (this.#mirrors.get(runId) === opening) return await use(mirror)
      }
    } catch (error) {
      throw storageUnavailable(error)
    }
  }

  #open(runId: string): Promise<LogMirror> {
    const opening = this.#openMirror(runId)
    this.#mirrors.set(runId, opening)
    opening.catch(() => this.#mirrors.delete(runId))
    return opening
  }

  async #openMirror(runId: string): Promise<LogMirror> {
    const drop = () => {
      this.#mirrors.delete(runId)
      this.#subscriber.unsubscribe(keyOf(runId)).catch(() => undefined)
    }
    const mirror = new LogMirror(this.#redis, runId, drop)
    // First, so that nothing is said between the two unheard.
    await this.#subscriber.subscribe(keyOf(runId))
    await mirror.refresh()
    return mirror
  }

  #hear(channel: string, message: string): void {
    if (channel === stopChannel) return this.#runs.get(message)?.onStop()
    const runId = channel.slice(keyOf('').length)
    void this.#mirrors.get(runId)?.then(
      (mirror) => (message === goneMessage ? mirror.markIncomplete() : mirror.keepUp()),
      () => undefined,
    )
  }

  #keepUp(): void {
    for (const opening of this.#mirrors.values())
      void opening.then(
        (mirror) => mirror.keepUp(),
        () => undefined,
      )
  }
}

function createConnection(url: string): Redis {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    commandTimeout: commandTimeoutMs,
    // A command that Redis may or may not have carried out is this module's to repeat.
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // One that only reads has been replaced: by now another is at its address.
    reconnectOnError: ({ message }) => message.startsWith('READONLY'),
  })
  // A lost connection is made anew; `/ready` tells. Without a listener each try would be printed.
  redis.on('error', () => undefined)
  return redis
}
