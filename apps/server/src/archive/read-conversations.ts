import { setImmediate } from 'node:timers/promises'
import { JSONParser, TokenType } from '@streamparser/json'
import { AppError } from '../app-error.ts'
import { maxNesting } from '../nesting.ts'
import { notValid } from './chat-gpt.ts'

const opening = new Set([TokenType.LEFT_BRACKET, TokenType.LEFT_BRACE])
const closing = new Set([TokenType.RIGHT_BRACKET, TokenType.RIGHT_BRACE])

/** Text is put together in as much at a time, rather than character by character. */
const bufferSizes = { stringBufferSize: 65_536, numberBufferSize: 64 }

/**
 * The conversations of ChatGPT's `conversations.json`, each as soon as it is whole. It may be hundreds of
 * megabytes: never is more than one conversation held, and others have their turns after each piece.
 * @param maxBytes of one conversation
 * @throws AppError `invalid_request`, `payload_too_large`
 */
export async function* readConversations(
  pieces: AsyncIterable<Uint8Array>,
  maxBytes = 16_000_000,
): AsyncGenerator<unknown> {
  let whole: unknown[] = []
  let index = 0
  let depth = 0
  let held = 0
  const parser = new JSONParser({ paths: ['$.*'], keepStack: false, ...bufferSizes })
  parser.onToken = ({ token }) => {
    if (depth === 0 && token !== TokenType.LEFT_BRACKET) throw notValid('it is no list')
    if (opening.has(token)) depth++
    if (closing.has(token)) depth--
    if (depth > maxNesting)
      throw notValid(`${index}: it is nested deeper than ${maxNesting} levels`)
  }
  parser.onValue = ({ value }) => {
    whole.push(value)
    index++
  }
  for await (const piece of pieces) {
    held += piece.length
    let failure: unknown
    try {
      parser.write(piece)
    } catch (error) {
      failure = error instanceof AppError ? error : notValid(`${index}: it is not JSON`)
    }
    if (whole.length > 0) held = 0
    yield* whole
    whole = []
    if (failure !== undefined) throw failure
    if (held > maxBytes) throw tooLarge(index, maxBytes)
    await setImmediate()
  }
  if (!parser.isEnded) throw notValid(`${index}: it ends early`)
}

function tooLarge(index: number, maxBytes: number): AppError {
  return new AppError(
    'payload_too_large',
    `A conversation may have ${maxBytes / 1_000_000} MB at most: take ${index} out. What came before it is taken.`,
  )
}
