import {
  createProblem,
  ProblemError,
  type Problem,
  type ProblemCode,
  type ProblemDetails,
} from '@assistant-ui-proxy/contract'

/** What services and drivers throw: a code of the catalogue, and words for the person who asked. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly problem: Problem

  constructor(code: ProblemCode, detail: string, options: ErrorOptions & ProblemDetails = {}) {
    const { cause, ...details } = options
    super(detail, { cause })
    this.problem = createProblem(code, detail, details)
  }
}

/** The problem that an error stands for, or `undefined` for one that nobody foresaw. */
export function problemOf(error: unknown): Problem | undefined {
  return error instanceof AppError || error instanceof ProblemError ? error.problem : undefined
}

/** What is told of an error that nobody foresaw: nothing but where to look. */
export function maskedProblem(): Problem {
  return createProblem(
    'internal',
    'The server failed unexpectedly. Its log says why, under the request id.',
  )
}

export function threadNotFound(threadId: string): AppError {
  return new AppError('thread_not_found', `There is no thread ${threadId}.`)
}

export function messageNotFound(messageId: string): AppError {
  return new AppError('message_not_found', `There is no message ${messageId}.`)
}

/** The thread after which a page of threads should begin is not there. */
export function pageNotFound(): AppError {
  return new AppError('invalid_request', 'The page cannot be continued: start the list anew.', {
    errors: [{ path: 'query.after', message: 'names no thread' }],
  })
}

/** A reply that a server did not come to end. */
export function interrupted(): Problem {
  return createProblem(
    'run_interrupted',
    'The server stopped in the middle of the reply. Try again.',
  )
}

/** What is told where what keeps things fails, and not what was asked of it. The log has the cause. */
export function storageUnavailable(cause: unknown): AppError {
  return new AppError(
    'storage_unavailable',
    'The storage cannot be reached or written to at the moment. Try again in a moment.',
    { cause, retry_after_ms: 1_000 },
  )
}
