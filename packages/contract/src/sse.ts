import { createParser } from 'eventsource-parser'
import { toUIMessageChunk } from './chunk-guard.ts'
import { createProblem, ProblemError } from './problem.ts'
import type { UIMessageChunk } from './ui-message-chunk.ts'

/** The headers of a chat stream; the third tells AI SDK clients which protocol this is. */
export const eventStreamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-vercel-ai-ui-message-stream': 'v1',
  'x-accel-buffering': 'no',
} as const

const doneData = '[DONE]'

/** The frame after the last chunk. Readers do not need it, some wait for it. */
export const doneFrame = `data: ${doneData}\n\n`

/** A comment: readers pass over it, and whatever is in between learns that the stream is alive. */
export const keepAliveFrame = ': keep-alive\n\n'

/** Where an event stands in a run's stream: the first is 1. As `Last-Event-ID`: `<run_id>.<sequence>`. */
export interface EventPosition {
  readonly runId: string
  readonly sequence: number
}

/** The id line of an event, with its line end: what its frame begins with. */
export function eventIdLine({ runId, sequence }: EventPosition): string {
  return `id: ${runId}.${sequence}\n`
}

/** @returns undefined for what is no event id of this product */
export function parseEventId(text: string): EventPosition | undefined {
  const [, runId, sequence] = /^([A-Za-z0-9_-]{1,128})\.(\d{1,15})$/.exec(text) ?? []
  return runId === undefined ? undefined : { runId, sequence: Number(sequence) }
}

/**
 * The frames of some chunks, ready for one write.
 * @param first where the first of them stands; without it the events have no ids
 */
export function encodeChunks(chunks: readonly UIMessageChunk[], first?: EventPosition): string {
  let frames = ''
  if (first === undefined) {
    for (const chunk of chunks) frames += `data: ${JSON.stringify(chunk)}\n\n`
    return frames
  }
  let { sequence } = first
  for (const chunk of chunks)
    frames += `id: ${first.runId}.${sequence++}\ndata: ${JSON.stringify(chunk)}\n\n`
  return frames
}

export interface EventReader {
  /**
   * Takes what one read held, cut anywhere, and gives the data of the events that are whole.
   * @throws ProblemError `upstream_protocol` for bytes that are not UTF-8, and past the limit
   */
  read(bytes: Uint8Array): string[]
  /** The id of the last event that was given; undefined where none had one. */
  readonly lastEventId: string | undefined
}

/**
 * Splits a byte stream into server-sent events.
 * @param options.maxEventLength limit of one event in UTF-16 units, default 1,048,576
 * @see WHATWG HTML, 9.2 Server-sent events
 */
export function createEventReader({ maxEventLength = 1_048_576 } = {}): EventReader {
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  let events: string[] = []
  let tooLong = false
  let lastEventId: string | undefined
  const parser = createParser({
    // The line that is not whole yet counts with its field name.
    maxBufferSize: maxEventLength + 'data: '.length,
    onEvent: ({ id, data }) => {
      if (id !== undefined) lastEventId = id
      // An event that one read holds is never in the buffer.
      if (data.length > maxEventLength) tooLong = true
      else events.push(data)
    },
    onError: (error) => {
      // The other errors are fields that the specification tells readers to ignore.
      if (error.type === 'max-buffer-size-exceeded') tooLong = true
    },
  })
  return {
    read(bytes) {
      // The parser takes no more once it is past the limit.
      if (!tooLong) parser.feed(decodeUtf8(utf8, bytes))
      if (tooLong) throw protocolError(`an event is longer than ${maxEventLength} characters`)
      const whole = events
      events = []
      return whole
    },
    get lastEventId() {
      return lastEventId
    },
  }
}

/**
 * The chunk in one event's data, or `undefined` for the closing `[DONE]`.
 * @throws ProblemError `upstream_protocol` for anything else
 */
export function decodeChunk(data: string): UIMessageChunk | undefined {
  if (data === doneData) return undefined
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch (cause) {
    throw protocolError('an event is not JSON', { cause })
  }
  const chunk = toUIMessageChunk(value)
  if (chunk === undefined) throw protocolError('an event is not a chunk that is known here')
  return chunk
}

function decodeUtf8(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes, { stream: true })
  } catch (cause) {
    throw protocolError('the stream is not UTF-8', { cause })
  }
}

function protocolError(reason: string, options?: ErrorOptions): ProblemError {
  return new ProblemError(
    createProblem('upstream_protocol', `The stream cannot be read: ${reason}.`),
    options,
  )
}
