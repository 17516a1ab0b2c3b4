import { initClient } from '@ts-rest/core'
import type { ChatBody } from './chat-contract.ts'
import { readChunks } from './chunk-stream.ts'
import { contract } from './contract.ts'
import { createFetcher, notTheServer, type ClientOptions } from './fetcher.ts'
import { ProblemError, type Problem } from './problem.ts'
import type { UIMessageChunk } from './ui-message-chunk.ts'

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
