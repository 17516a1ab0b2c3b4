import { initClient } from '@ts-rest/core'
import type { ChatBody } from './chat-contract.ts'
import { streamChat, type ConnectionListener } from './chat-stream.ts'
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
       * Sends messages and gives the reply's chunks as they come, each once, the terminal one
       * included. In a thread a connection that breaks is made again, and the stream goes on where it
       * was. Leaving the loop, or aborting the signal, closes the connection.
       * @throws ProblemError where the server refuses or cannot be reached, and
       *   `stream_interrupted` where the stream breaks off before its terminal chunk
       * @throws the signal's reason once it is aborted
       */
      stream(
        request: ChatBody,
        { signal, idempotencyKey, onConnection }: ChatStreamOptions = {},
      ): AsyncGenerator<UIMessageChunk, void, undefined> {
        const threadId = request.id
        const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }
        const open = async () =>
          bodyOf(
            await client.chat.send({
              body: request,
              extraHeaders: { accept: 'text/event-stream', ...headers },
              fetchOptions: { signal: signal ?? null },
            }),
          )
        // The server knows a message that it has seen by its id; asking again is another matter.
        const isNamed =
          idempotencyKey !== undefined ||
          (request.trigger !== 'regenerate-message' && request.messages.at(-1)?.id !== undefined)
        return streamChat({
          open,
          isRepeatable: threadId !== undefined && isNamed,
          ...(threadId !== undefined && { resume: (after) => resume(threadId, after, signal) }),
          signal,
          onConnection,
        })
      },

      /**
       * Follows the reply that is being written in a thread from its beginning, as `stream` does.
       * @returns undefined where none is
       * @throws ProblemError
       */
      async follow(
        threadId: string,
        { signal, onConnection }: Omit<ChatStreamOptions, 'idempotencyKey'> = {},
      ): Promise<AsyncGenerator<UIMessageChunk, void, undefined> | undefined> {
        const body = await resume(threadId, undefined, signal)
        if (body === undefined) return undefined
        return streamChat({
          open: () => Promise.resolve(body),
          isRepeatable: false,
          resume: (after) => resume(threadId, after, signal),
          signal,
          onConnection,
        })
      },
    },
  }

  async function resume(
    threadId: string,
    lastEventId: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<ReadableStream<Uint8Array> | undefined> {
    const answer = await client.chat.resume({
      params: { thread_id: threadId },
      extraHeaders: lastEventId === undefined ? {} : { 'last-event-id': lastEventId },
      fetchOptions: { signal: signal ?? null },
    })
    return answer.status === 204 ? undefined : bodyOf(answer)
  }
}

export interface ChatStreamOptions {
  readonly signal?: AbortSignal
  /** Names the request, so that it is answered once however often it is sent. */
  readonly idempotencyKey?: string
  /** Hears when the server is out of reach, and when it is there again and the stream goes on. */
  readonly onConnection?: ConnectionListener
}

function bodyOf({ status, body }: { status: number; body: unknown }): ReadableStream<Uint8Array> {
  if (status === 200 && isByteStream(body)) return body
  throw isProblemLike(body) ? new ProblemError(body) : notTheServer(status)
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
