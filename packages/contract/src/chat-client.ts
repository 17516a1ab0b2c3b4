import { initClient, type ApiFetcher, type ApiFetcherArgs } from '@ts-rest/core'
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
        body: ChatBody,
        { signal }: { signal?: AbortSignal } = {},
      ): AsyncGenerator<UIMessageChunk, void, undefined> {
        const answer = await client.chat.send({
          body,
          extraHeaders: { accept: 'text/event-stream' },
          fetchOptions: { signal: signal ?? null },
        })
        if (answer.status !== 200) throw new ProblemError(answer.body as Problem)
        yield* readChunks(answer.body as ReadableStream<Uint8Array>, signal)
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
    const response = await fetch(args.path, init).catch((cause: unknown) => {
      throw args.fetchOptions?.signal?.aborted === true ? cause : unreachable(cause)
    })
    return { status: response.status, headers: response.headers, body: await readBody(response) }
  }
}

async function readBody(response: Response): Promise<unknown> {
  const type = response.headers.get('content-type') ?? ''
  if (response.ok && type.startsWith('text/event-stream')) return response.body
  if (response.status === 204) return undefined
  const text = await response.text()
  if (type.includes('json')) {
    // A problem of a newer server may have a code that is not known here; it is shown all the same.
    return JSON.parse(text) as unknown
  }
  if (response.ok) return text
  const problem = parseProblem(text)
  if (problem) return problem
  throw new ProblemError(
    createProblem(
      'server_unreachable',
      `Something between here and the server answered ${response.status} instead of it.`,
    ),
  )
}

/** ts-rest puts path parameters into the URL as they are: `../..` would reach another route. */
function assertPathParams({ route, path, rawQuery }: ApiFetcherArgs): void {
  const pattern = route.path.split('/')
  const withoutQuery = rawQuery === undefined ? path : path.replace(/\?.*/, '')
  const actual = withoutQuery.split('/').slice(-pattern.length)
  const fits = pattern.every((segment, index) =>
    segment.startsWith(':')
      ? idSchema.safeParse(actual[index]).success
      : segment === actual[index] || index === 0,
  )
  if (!fits)
    throw new ProblemError(createProblem('invalid_request', 'An id in the path is not a valid id.'))
}

async function* readChunks(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<UIMessageChunk, void, undefined> {
  const events = createEventReader()
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
        yield chunk
        if (isTerminal(chunk)) return
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
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
