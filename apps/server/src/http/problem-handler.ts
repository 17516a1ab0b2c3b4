import { createProblem, type Problem } from '@assistant-ui-proxy/contract'
import { RequestValidationError } from '@ts-rest/express'
import type { ErrorRequestHandler, Request } from 'express'
import { maskedProblem, problemOf } from '../app-error.ts'
import { requestIdOf, requestLogOf } from './request-context.ts'
import { validationProblem } from './validation-problem.ts'

/** The one place where an error becomes an HTTP answer. What nobody foresaw is masked and logged. */
export function createProblemHandler(): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const problem = problemOf(error) ?? problemOfFramework(error) ?? maskedProblem()
    if (problem.code === 'internal' || problem.code === 'storage_unavailable')
      requestLogOf(response).error({ err: error }, 'a request failed')
    if (response.headersSent || response.destroyed) {
      // Too late for an answer: a connection that breaks is at least not taken for success.
      response.destroy()
      return
    }
    if (problem.retry_after_ms !== undefined)
      response.set('retry-after', String(Math.ceil(problem.retry_after_ms / 1_000)))
    // RFC 9110: an answer with 401 says how to prove who one is.
    if (problem.status === 401) response.set('www-authenticate', 'Bearer')
    response
      .status(problem.status)
      .type('application/problem+json')
      .send(
        JSON.stringify({
          ...problem,
          request_id: requestIdOf(response),
          ...cloudErrorOf(request, problem),
        }),
      )
  }
}

/** Clients of Assistant Cloud's wire look for the code and the words under names of their own. */
function cloudErrorOf({ originalUrl }: Request, { code, detail }: Problem) {
  return /^\/v1\//i.test(originalUrl) ? { error: code, message: detail } : {}
}

/** The body parser's limit for the route. */
function megabytesOf(error: unknown): number {
  return error instanceof Error && 'limit' in error ? Number(error.limit) / 1_000_000 : 0
}

/** Whether it is zlib's, which the body parser gives a status and no type. */
function isOfDecompression(error: unknown): boolean {
  return error instanceof Error && 'status' in error && 'errno' in error
}

/** Errors of Express, its body parser and the ts-rest adapter that are the request's fault. */
function problemOfFramework(error: unknown): Problem | undefined {
  if (error instanceof RequestValidationError) return validationProblem(error)
  if (error instanceof URIError)
    return createProblem('invalid_request', 'The path is not valid UTF-8.')
  if (isOfDecompression(error))
    return createProblem('invalid_request', 'The body is not what its content-encoding says.')
  const type = error instanceof Error && 'type' in error ? error.type : undefined
  switch (type) {
    case 'entity.parse.failed':
      return createProblem('malformed_json', 'The body must be a JSON object or array.')
    case 'entity.too.large':
      return createProblem(
        'payload_too_large',
        `The body may have ${megabytesOf(error)} MB at most.`,
      )
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return createProblem('unsupported_media_type', 'Send UTF-8, plain or compressed with gzip.')
    case 'entity.verify.failed':
    case 'request.aborted':
    case 'request.size.invalid':
      return createProblem('invalid_request', 'The body ended early.')
    default:
      return undefined
  }
}
