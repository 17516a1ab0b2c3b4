import { errors } from 'undici'
import { AppError } from '../../app-error.ts'

/** The error for a connection that failed before there was an answer. */
export function connectionError(origin: string, cause: unknown): AppError {
  if (isNoHttp(cause))
    return new AppError('upstream_protocol', `What answers at ${origin} does not speak HTTP.`, {
      cause,
    })
  if (isNoAnswer(cause)) {
    const detail = `What answers at ${origin} sent headers that are no answer to a chat.`
    return new AppError('upstream_protocol', detail, { cause })
  }
  const code = isSystemError(cause) ? cause.code : 'unknown'
  const detail = `The upstream at ${origin} cannot be reached (${code}).`
  return new AppError('upstream_unreachable', detail, { cause })
}

/** The error for a connection that failed in the middle of an answer. */
export function interruption(cause: unknown): unknown {
  if (isNoHttp(cause))
    return new AppError('upstream_protocol', 'The upstream sent bytes that are no HTTP.', { cause })
  if (!isSystemError(cause)) return cause
  const detail = 'The connection to the upstream broke in mid-reply.'
  return new AppError('upstream_interrupted', detail, { cause })
}

function isNoHttp(error: unknown): boolean {
  return error instanceof errors.HTTPParserError
}

/**
 * Whether the HTTP client gave up a connection for the headers that came: too many of them, a status
 * 100 that nobody asked for (which undici cannot be told to pass over), or one for another protocol.
 */
function isNoAnswer(error: unknown): boolean {
  if (error instanceof errors.HeadersOverflowError) return true
  const refusals = ['bad response', 'bad upgrade']
  return error instanceof errors.SocketError && refusals.includes(error.message)
}

/** Whether an error comes from the socket or the HTTP client, not from code of ours. */
function isSystemError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
}
