import { eventIdLine } from '@assistant-ui-proxy/contract'
import type { RunLogReader, RunLogWriter } from '../../chat/run-log.ts'
import type { Sink } from '../../sink.ts'

/** RunLogReader are kept in blocks of this size, outside the heap: the collector has nothing to do there. */
const blockBytes = 16_384

/** A reader who is further behind than this makes the run wait. */
const lagLimitBytes = 65_536

/** What a buffer keeps of a long stream, so much of its end. */
const keptBytes = 2_097_152

const frameEnd = '\n\n'

/** A UTF-16 unit takes three bytes of UTF-8 at most. */
const maxBytesPerUnit = 3

interface Block {
  readonly bytes: Buffer
  /** Where it begins in the stream. */
  readonly start: number
  used: number
}

/** The bytes of one event stream, and those who read them, each at their own pace. */
export class FrameBuffer implements RunLogWriter {
  readonly #runId: string
  readonly #onUnread: (() => void) | undefined
  readonly #blocks: Block[] = []
  /** The newest of the blocks. */
  #last: Block | undefined
  #length: number
  #isEnded = false
  #readers: readonly FrameReader[] = []
  #room: PromiseWithResolvers<void> | undefined

  /**
   * @param start where in the stream it begins: a copy may lack what came before
   * @param onUnread called when the last reader has left
   */
  constructor(runId: string, start = 0, onUnread?: () => void) {
    this.#runId = runId
    this.#length = start
    this.#onUnread = onUnread
  }

  /** Where the stream ends so far. */
  get length(): number {
    return this.#length
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  get isRead(): boolean {
    return this.#readers.length > 0
  }

  /** @returns what resolves when there is room again, where there is none now */
  append(frames: string): Promise<void> | undefined {
    const block = this.#blockFor(frames)
    const added = block.bytes.write(frames, block.used)
    block.used += added
    this.#length += added
    for (const reader of this.#readers) reader.wakeSoon()
    if (!this.#isCrowded()) return undefined
    this.#room ??= Promise.withResolvers()
    return this.#room.promise
  }

  end(): void {
    this.#isEnded = true
    for (const reader of this.#readers) reader.wakeSoon()
  }

  /** @returns undefined where what follows the event is not kept any more */
  follow(after: number): RunLogReader | undefined {
    const position = this.#positionAfter(after)
    if (position === undefined) return undefined
    const reader = new FrameReader(this, position)
    this.#readers = [...this.#readers, reader]
    return reader
  }

  /** What there is from a position on, a block at most. @throws where it is not kept any more */
  read(position: number): Buffer {
    const last = this.#last
    const isInLast = last !== undefined && last.start <= position
    const block = isInLast ? last : this.#blocks.findLast(({ start }) => start <= position)
    if (block === undefined) throw new RangeError('a reader was left behind')
    return block.bytes.subarray(position - block.start, block.used)
  }

  /** A reader has gone on, or away. */
  noteProgress(): void {
    if (this.#room === undefined || this.#isCrowded()) return
    this.#room.resolve()
    this.#room = undefined
  }

  remove(reader: FrameReader): void {
    if (!this.#readers.includes(reader)) return
    this.#readers = this.#readers.filter((other) => other !== reader)
    this.noteProgress()
    if (!this.isRead) this.#onUnread?.()
  }

  #positionAfter(sequence: number): number | undefined {
    if (sequence === 0 && this.#length === 0) return 0
    const next = this.#positionOf(sequence + 1)
    if (next !== undefined) return next
    const last = this.#positionOf(sequence)
    return last === undefined
      ? undefined
      : last + this.read(last).indexOf(frameEnd) + frameEnd.length
  }

  /** Where the frame of an event begins: a line like its first can stand nowhere else. */
  #positionOf(sequence: number): number | undefined {
    const line = eventIdLine({ runId: this.#runId, sequence })
    for (const { bytes, start, used } of this.#blocks) {
      const at = bytes.subarray(0, used).indexOf(line)
      if (at !== -1) return start + at
    }
    return undefined
  }

  #isCrowded(): boolean {
    for (const { position } of this.#readers)
      if (this.#length - position <= lagLimitBytes) return false
    return this.isRead
  }

  #blockFor(frames: string): Block {
    const last = this.#last
    const room = last === undefined ? 0 : last.bytes.length - last.used
    // Counting takes as long as writing: where there is room for the most that it can be, it is not done.
    if (last !== undefined && frames.length * maxBytesPerUnit <= room) return last
    const size = Buffer.byteLength(frames)
    if (last !== undefined && size <= room) return last
    const bytes = Buffer.allocUnsafeSlow(Math.max(size, blockBytes))
    const block = { bytes, start: this.#length, used: 0 }
    this.#last = block
    this.#blocks.push(block)
    const oldest = this.#length - keptBytes
    while (this.#blocks[0] !== undefined && this.#blocks[0].start < oldest) this.#blocks.shift()
    return block
  }
}

/** Readers that are woken at the end of this turn. */
let sleepers: FrameReader[] = []

function wakeAll(): void {
  const woken = sleepers
  sleepers = []
  for (const reader of woken) reader.wake()
}

class FrameReader implements RunLogReader {
  readonly #buffer: FrameBuffer
  readonly #over = Promise.withResolvers<void>()
  #position: number
  /** Where it waits for what comes. */
  #sink: Sink<Uint8Array> | undefined
  #isToWake = false
  #hasLeft = false

  constructor(buffer: FrameBuffer, position: number) {
    this.#buffer = buffer
    this.#position = position
  }

  get position(): number {
    return this.#position
  }

  read(sink: Sink<Uint8Array>): Promise<void> {
    this.#give(sink)
    return this.#over.promise
  }

  leave(): void {
    this.#hasLeft = true
    this.#sink = undefined
    this.#buffer.remove(this)
    this.#over.resolve()
  }

  /**
   * Readers are woken together when all sockets of this turn have been read. Writes that follow each
   * other closely find the other side awake; with 500 streams that saves a quarter of all CPU time. What
   * comes twice in a turn is written once.
   */
  wakeSoon(): void {
    if (this.#sink === undefined || this.#isToWake) return
    this.#isToWake = true
    if (sleepers.length === 0) setImmediate(wakeAll)
    sleepers.push(this)
  }

  wake(): void {
    this.#isToWake = false
    const sink = this.#sink
    this.#sink = undefined
    if (sink !== undefined) this.#give(sink)
  }

  #give(sink: Sink<Uint8Array>): void {
    try {
      while (!this.#hasLeft && this.#position < this.#buffer.length) {
        const bytes = this.#buffer.read(this.#position)
        this.#position += bytes.length
        const room = sink(bytes)
        this.#buffer.noteProgress()
        if (room !== undefined) return void this.#giveAfter(room, sink)
      }
      if (this.#buffer.isEnded) this.leave()
      else if (!this.#hasLeft) this.#sink = sink
    } catch (error) {
      this.#fail(error)
    }
  }

  async #giveAfter(room: Promise<void>, sink: Sink<Uint8Array>): Promise<void> {
    try {
      await room
      this.#give(sink)
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    this.#over.reject(error)
    this.leave()
  }
}
