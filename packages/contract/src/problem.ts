import { z } from 'zod'

interface ProblemDefinition {
  /** HTTP status of the answer. */
  readonly status: number
  readonly title: string
}

/** Every way in which this product fails. Closed: a failure that fits none is `internal`. */
export const problemCatalogue = {
  malformed_json: { status: 400, title: 'The body is not JSON' },
  invalid_request: { status: 400, title: 'The request is not valid' },
  credentials_missing: { status: 401, title: 'The request says not who asks' },
  token_invalid: { status: 401, title: 'The credentials are not valid' },
  token_expired: { status: 401, title: 'The token has expired' },
  forbidden: { status: 403, title: 'The credentials do not allow this' },
  route_not_found: { status: 404, title: 'No such route' },
  thread_not_found: { status: 404, title: 'No such thread' },
  file_not_found: { status: 404, title: 'No such file' },
  message_not_found: { status: 404, title: 'No such message' },
  method_not_allowed: { status: 405, title: 'The route does not take this method' },
  not_acceptable: { status: 406, title: 'None of the accepted media types is offered' },
  request_timeout: { status: 408, title: 'The request took too long' },
  id_taken: { status: 409, title: 'The id is in use' },
  run_in_progress: { status: 409, title: 'The thread has a reply that is being written' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body has an unsupported content type' },
  headers_too_large: { status: 431, title: 'The headers are too large' },
  key_reused: { status: 422, title: 'The key has named another request' },
  not_supported: { status: 501, title: 'The server cannot do this as it is set up' },
  internal: { status: 500, title: 'Something went wrong in the server' },
  upstream_unreachable: { status: 502, title: 'The upstream cannot be reached' },
  upstream_denied: { status: 502, title: 'The upstream refused the credentials of this server' },
  upstream_rejected: { status: 502, title: 'The upstream refused the request' },
  upstream_error: { status: 502, title: 'The upstream answered with an error' },
  upstream_protocol: { status: 502, title: 'The upstream sent what its protocol does not allow' },
  upstream_interrupted: { status: 502, title: 'The upstream broke off in the middle of the reply' },
  upstream_busy: { status: 502, title: 'The upstream has too much to do' },
  upstream_suspended: { status: 503, title: 'The upstream is spared after failing repeatedly' },
  upstream_timeout: { status: 504, title: 'The upstream took too long' },
  storage_unavailable: { status: 503, title: 'The storage is not available' },
  overloaded: { status: 503, title: 'The server has too much to do' },
  issuer_unreachable: { status: 503, title: 'The issuer of the tokens cannot be reached' },
  shutting_down: { status: 503, title: 'The server is shutting down' },
  run_interrupted: { status: 503, title: 'The server stopped in the middle of the reply' },
  // The two below are found out by the client; no server sends them.
  server_unreachable: { status: 503, title: 'The server cannot be reached' },
  stream_interrupted: { status: 503, title: 'The connection broke in the middle of the reply' },
} as const satisfies Record<string, ProblemDefinition>

export type ProblemCode = keyof typeof problemCatalogue

const problemCodes = Object.keys(problemCatalogue) as [ProblemCode, ...ProblemCode[]]

/**
 * One failure, as it travels: the body of an HTTP answer (`application/problem+json`), or, after
 * the first byte of a stream, the JSON in `errorText` of its terminal `error` chunk.
 * @see RFC 9457, Problem Details for HTTP APIs
 */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    /** What happened and what to do about it, for the person at the other end. */
    detail: z.string(),
    code: z.enum(problemCodes),
    request_id: z.string().optional(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    retry_after_ms: z.number().optional(),
    /** The run that is in the way. */
    run_id: z.string().optional(),
  })
  .meta({ id: 'Problem' })

export type Problem = z.infer<typeof problemSchema>

/** The failures that every route of the API may answer with. */
export const commonProblems = {
  400: problemSchema,
  401: problemSchema,
  403: problemSchema,
  500: problemSchema,
  503: problemSchema,
} as const

/** Those of a route that takes a body. */
export const bodyProblems = { 413: problemSchema, 415: problemSchema } as const

export type ProblemDetails = Pick<Problem, 'request_id' | 'errors' | 'retry_after_ms' | 'run_id'>

export function createProblem(
  code: ProblemCode,
  detail: string,
  details: ProblemDetails = {},
): Problem {
  const { status, title } = problemCatalogue[code]
  return { type: `urn:assistant-ui-proxy:problem:${code}`, title, status, detail, code, ...details }
}

/** The problem in a JSON text, or `undefined` where the text is anything else. */
export function parseProblem(text: string): Problem | undefined {
  try {
    return problemSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** A problem as the client throws it. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: Problem

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.detail, options)
    this.problem = problem
  }
}
