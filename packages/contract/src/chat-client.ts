import {
  convertQueryParamsToUrlString,
  initClient,
  type ApiFetcher,
  type ApiFetcherArgs,
} from '@ts-rest/core'
import type { ChatBody } from './chat-contract.ts'
import { contract } from './contract.ts'
import { idSchema } from './id.ts'
import { createProblem, parseProblem, ProblemError, type Problem } from './problem.ts'
import { createEventReader, decodeChunk } from './sse.ts'
import { isTerminal, type UIMessageChunk } from './ui-message-chunk.ts'

export interface ClientOptions {
  /** Headers for every call, such as a token; asked for anew each time. */
  readonly headers?: () => Record<string, string> | Promise<Record<string, string>>
  /** Default: the platform's `fetch`. */
  readonly fetch?: typeof fetch
}

export type Client = ReturnType<typeof createClient>

/**
 * The typed client of the whole contract, for browsers and Node.
 * Calls resolve to `{status, body}` for every status that the contract names.
 * @param baseUrl where the server is, without a slash at the end; '' for the page's own origin
 */
export function createClient(baseUrl: string, options: ClientOptions = {}) {
  const api = createFetcher(options)
  const client = initClient(contract, { baseUrl, baseHeaders: {}, api })
  return {
    ...client,
    chat: {
      ...client.chat,

      /**
       * Sends messages and gives the reply's chunks as they come, the terminal one included.
       * Leaving the loop, or aborting the signal, closes the connection.
       * @throws ProblemError where the server refuses or cannot be reached, and
       *   `stream_interrupted` where the stream breaks off before its terminal chunk
       * @throws the signal's reason once it is aborted
       */
      async *stream(
        request: ChatBody,
        { signal }: { signal?: AbortSignal } = {},
      ): AsyncGenerator<UIMessageChunk, void, undefined> {
        const answer = await client.chat.send({
          body: request,
          extraHeaders: { accept: 'text/event-stream' },
          fetchOptions: { signal: signal ?? null },
        })
        const body: unknown = answer.body
        if (answer.status === 200 && isByteStream(body)) yield* readChunks(body, signal)
        else throw isProblemLike(body) ? new ProblemError(body) : notTheServer(answer.status)
      },
    },
  }
}

/**
 * The `fetch` of the ts-rest clients: event streams are handed on as they come, network failures and
 * answers that are neither JSON nor text become a `ProblemError`. Give it to `initTsrReactQuery` too.
 */
export function createFetcher({
  headers,
  fetch = globalThis.fetch,
}: ClientOptions = {}): ApiFetcher {
  return async (args) => {
    assertPathParams(args)
    const init: RequestInit = {
      ...args.fetchOptions,
      method: args.method,
      headers: { ...args.headers, ...(await headers?.()) },
      body: args.body ?? null,
    }
    const signal = args.fetchOptions?.signal
    const fail = (cause: unknown): never => {
      throw signal?.aborted === true ? cause : unreachable(cause)
    }
    const response = await fetch(args.path, init).catch(fail)
    const body = isEventStream(response)
      ? response.body
      : readBody(response, await response.text().catch(fail))
    return { status: response.status, headers: response.headers, body }
  }
}

function isEventStream(response: Response): boolean {
  return response.ok && contentTypeOf(response).startsWith('text/event-stream')
}

function contentTypeOf({ headers }: Response): string {
  return headers.get('content-type') ?? ''
}

/** @throws ProblemError for what this server does not send: a page, JSON that is none */
function readBody(response: Response, text: string): unknown {
  if (response.status === 204) return undefined
  const type = contentTypeOf(response)
  try {
    // A problem of a newer server may have a code that is not known here; it is shown all the same.
    if (type.includes('json')) return JSON.parse(text)
  } catch {
    throw notTheServer(response.status)
  }
  if (response.ok && !type.includes('html')) return text
  const problem = parseProblem(text)
  if (problem) return problem
  throw notTheServer(response.status)
}

/**
 * ts-rest puts path parameters into the URL as they are: `../..` would reach another route. The
 * base URL is not known here, so the first place where the route may begin counts.
 */
function assertPathParams({ route, path, rawQuery }: ApiFetcherArgs): void {
  const parameterAt = route.path.indexOf('/:')
  if (parameterAt === -1) return
  const begin = path.indexOf(route.path.slice(0, parameterAt + 1))
  const end = path.length - convertQueryParamsToUrlString(rawQuery).length
  const actual = begin === -1 ? [] : path.slice(begin, end).split('/')
  const pattern = route.path.split('/')
  const fits =
    actual.length === pattern.length &&
    pattern.every((segment, index) =>
      segment.startsWith(':')
        ? idSchema.safeParse(actual[index]).success
        : segment === actual[index],
    )
  if (!fits)
    throw new ProblemError(createProblem('invalid_request', 'An id in the path is not a valid id.'))
}

async function* readChunks(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<UIMessageChunk, void, undefined> {
  const events = createEventReader()
  let ended = false
  // Not `for await (… of body)`: Safari's streams are not iterable.
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw signal?.aborted === true ? cause : interrupted(cause)
      })
      if (done) throw interrupted()
      for (const data of events.read(value)) {
        const chunk = decodeChunk(data)
        if (chunk === undefined) throw interrupted()
        ended = isTerminal(chunk)
        yield chunk
        if (ended) return
      }
    }
  } finally {
    if (ended) void drain(reader)
    else await reader.cancel().catch(() => undefined)
  }
}

/** Lets the server end its answer, so that the connection can be used again. Not for long. */
async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const timer = setTimeout(() => void reader.cancel().catch(() => undefined), drainTimeoutMs)
  try {
    while (!(await reader.read()).done);
  } catch {
    // The reply was whole; what becomes of the connection concerns nobody.
  } finally {
    clearTimeout(timer)
  }
}

const drainTimeoutMs = 1_000

function isByteStream(body: unknown): body is ReadableStream<Uint8Array> {
  return typeof body === 'object' && body !== null && 'getReader' in body
}

/** Also a problem with a code that is not known here. */
function isProblemLike(body: unknown): body is Problem {
  return (
    typeof body === 'object' &&
    body !== null &&
    'detail' in body &&
    typeof body.detail === 'string' &&
    'code' in body
  )
}

/** The answer is not one of this product's servers: a proxy's, or the base URL is of something else. */
function notTheServer(status: number): ProblemError {
  return new ProblemError(
    createProblem(
      'server_unreachable',
      `Something between here and the server answered ${status} instead of it.`,
    ),
  )
}

function unreachable(cause: unknown): ProblemError {
  return new ProblemError(
    createProblem(
      'server_unreachable',
      'The server cannot be reached. Check the connection and try again.',
    ),
    { cause },
  )
}

function interrupted(cause?: unknown): ProblemError {
  return new ProblemError(
    createProblem(
      'stream_interrupted',
      'The connection broke before the reply was whole. Try again.',
    ),
    { cause },
  )
}
