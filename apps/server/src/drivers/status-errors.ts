import type { ProblemCode } from '@assistant-ui-proxy/contract'
import { AppError } from '../app-error.ts'

/**
 * The error that an upstream's status stands for.
 * @param retryAfter the header: seconds, or a date
 * @param cause what it says, which is for the log alone
 */
export function errorOfStatus(
  status: number,
  retryAfter: string | undefined,
  cause?: Error,
): AppError {
  const retryAfterMs = parseRetryAfter(retryAfter)
  const [code, advice] = meaningOf(status)
  return new AppError(code, `The upstream answered with status ${status}: ${advice}`, {
    cause,
    ...(retryAfterMs !== undefined && { retry_after_ms: retryAfterMs }),
  })
}

function meaningOf(status: number): readonly [ProblemCode, string] {
  switch (status) {
    case 401:
    case 403:
      return ['upstream_denied', 'check the key that this server is configured with.']
    case 404:
      return ['upstream_rejected', 'check its base URL, and whether it has the model.']
    case 408:
    case 504:
      return ['upstream_error', 'it took too long. Try again.']
    case 413:
      return ['upstream_rejected', 'the conversation is too long for it.']
    case 429:
    case 503:
    case 529:
      return ['upstream_busy', 'it has too much to do. Try again in a moment.']
    default:
      if (status >= 500) return ['upstream_error', 'it failed. Try again.']
      if (status >= 400) return ['upstream_rejected', 'it does not take this request.']
      return ['upstream_protocol', 'that is no answer to a chat. Check its base URL.']
  }
}

/** @see RFC 9110, 10.2.3 Retry-After */
function parseRetryAfter(value: string | undefined): number | undefined {
  const text = value?.trim() ?? ''
  // Some say parts of a second.
  if (/^\d{1,10}(\.\d+)?$/.test(text)) return Number(text) * 1_000
  // `Date.parse` finds dates in much else, such as -5.
  const date = /^[A-Z][a-z]+, .* GMT$/.test(text) ? Date.parse(text) : NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now())
}
