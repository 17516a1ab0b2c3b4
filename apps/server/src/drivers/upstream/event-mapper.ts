import { createEventReader, type UIMessageChunk } from '@assistant-ui-proxy/contract'

/** What the events of one answer mean. */
export interface EventMapping {
  /**
   * Adds the chunks that the data of one event stands for.
   * @returns whether it was the last that matters
   * @throws AppError `upstream_*`
   */
  map(data: string, chunks: UIMessageChunk[]): boolean
  /**
   * Adds the chunks that the first events of these bytes stand for, where that shows without their
   * being decoded and parsed.
   * @param bytes begin with an event
   * @returns how many bytes the events take
   */
  skim?(bytes: Buffer, chunks: UIMessageChunk[]): number
  /** Adds what the answer's end stands for, where it comes before the last event. */
  close?(chunks: UIMessageChunk[]): void
}

/** Whether an event's data is what many servers end with. Some leave a space behind it. */
export function isDone(data: string): boolean {
  return /^\s*\[DONE\]\s*$/.test(data)
}

/** Maps the events of one answer, whose bytes come cut anywhere. */
export class EventMapper {
  readonly #mapping: EventMapping
  readonly #events = createEventReader()
  /** Whether an event begins with the next byte. */
  #isBetween = false

  constructor(mapping: EventMapping) {
    this.#mapping = mapping
  }

  /**
   * Adds the chunks of those events that are whole by now, up to the last that matters.
   * @returns whether the last that matters was among them
   * @throws AppError `upstream_*` @throws ProblemError `upstream_protocol`
   */
  map(bytes: Buffer, chunks: UIMessageChunk[]): boolean {
    if (this.#mapping.skim === undefined) return this.#parse(bytes, chunks)
    for (let at = 0; at < bytes.length;) {
      const wasBetween = this.#isBetween
      const skimmed = wasBetween ? this.#mapping.skim(bytes.subarray(at), chunks) : 0
      at += skimmed
      if (at === bytes.length) break
      // Where the first cannot be skimmed, few can. Behind others, and the rest of one, more may follow.
      const end = wasBetween && skimmed === 0 ? bytes.length : endOfEvent(bytes, at)
      if (this.#parse(bytes.subarray(at, end), chunks)) return true
      at = end
    }
    return false
  }

  close(chunks: UIMessageChunk[]): void {
    this.#mapping.close?.(chunks)
  }

  #parse(bytes: Buffer, chunks: UIMessageChunk[]): boolean {
    for (const data of this.#events.read(bytes)) {
      // Some servers keep the connection alive with events that say nothing.
      if (data !== '' && this.#mapping.map(data, chunks)) return true
    }
    this.#isBetween = bytes.at(-1) === lineFeed && bytes.at(-2) === lineFeed
    return false
  }
}

const lineFeed = 0x0a
const eventEnd = Buffer.of(lineFeed, lineFeed)

/** Of the first that ends behind a place; that of the bytes where none does. */
function endOfEvent(bytes: Buffer, from: number): number {
  const at = bytes.indexOf(eventEnd, from)
  return at === -1 ? bytes.length : at + eventEnd.length
}
