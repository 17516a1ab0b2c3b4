import {
  convertQueryParamsToUrlString,
  validateIfSchema,
  type ApiFetcher,
  type ApiFetcherArgs,
} from '@ts-rest/core'
import { createProblem, parseProblem, ProblemError } from './problem.ts'

export interface ClientOptions {
  /** Headers for every call, such as a token; asked for anew each time. */
  readonly headers?: () => Record<string, string> | Promise<Record<string, string>>
  /** Default: the platform's `fetch`. */
  readonly fetch?: typeof fetch
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
    const path = encodePathParams(args)
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
    const response = await fetch(path, init).catch(fail)
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
    throw refusedBySomething(response)
  }
  if (response.ok && !type.includes('html')) return text
  const problem = parseProblem(text)
  if (problem) return problem
  throw refusedBySomething(response)
}

/** What a proxy says with a status alone: that it makes no sense to ask again, or when it does. */
function refusedBySomething({ status, headers }: Response): ProblemError {
  if (status === 413)
    return new ProblemError({
      ...createProblem('payload_too_large', 'Say it in fewer words, or in several messages.'),
      title: 'The message is too long',
    })
  const { problem } = notTheServer(status)
  // Whether it is reached shows in `status`; only what may pass says 503.
  if (status >= 400 && status < 500 && status !== 408 && status !== 429)
    return new ProblemError({ ...problem, status })
  const retryAfterMs = parseRetryAfter(headers.get('retry-after'))
  return new ProblemError({
    ...problem,
    ...(retryAfterMs !== undefined && { retry_after_ms: retryAfterMs }),
  })
}

/** @see RFC 9110, 10.2.3: seconds, or a date */
function parseRetryAfter(value: string | null): number | undefined {
  if (value === null) return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

/** What would be another path, however it is encoded, or cannot be encoded. */
const unfit = /[/\\?#\p{Surrogate}]|^\.{0,2}$/u

/**
 * ts-rest puts path parameters into the URL as they are: `../..` would reach another route. The
 * base URL is not known here, so the first place where the route may begin counts.
 * @returns the path with its parameters encoded
 * @throws ProblemError `invalid_request` for one that the contract or a path does not allow
 */
function encodePathParams({ route, path, rawQuery }: ApiFetcherArgs): string {
  const parameterAt = route.path.indexOf('/:')
  if (parameterAt === -1) return path
  const begin = path.indexOf(route.path.slice(0, parameterAt + 1))
  const query = convertQueryParamsToUrlString(rawQuery)
  const actual = begin === -1 ? [] : path.slice(begin, path.length - query.length).split('/')
  const pattern = route.path.split('/')
  const params: Record<string, string> = {}
  const encoded = pattern.map((segment, index) => {
    const value = actual[index] ?? ''
    if (!segment.startsWith(':')) return segment === value ? value : undefined
    params[segment.slice(1)] = value
    return unfit.test(value) ? undefined : encodeURIComponent(value)
  })
  const isAllowed = validateIfSchema(params, route.pathParams).error === undefined
  if (actual.length !== pattern.length || encoded.includes(undefined) || !isAllowed)
    throw new ProblemError(createProblem('invalid_request', 'An id in the path is not a valid id.'))
  return path.slice(0, begin) + encoded.join('/') + query
}

/** The answer is not one of this product's servers: a proxy's, or the base URL is of something else. */
export function notTheServer(status: number): ProblemError {
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
      'The server did not answer. Check the connection and try again.',
    ),
    { cause },
  )
}
