import { AppError } from '../../../app-error.ts'
import { errorOfStatus } from '../../status-errors.ts'
import { tellable } from '../tellable.ts'

/**
 * What an error means that comes as an event, and so behind status 200. Most say which status it would have
 * been: vLLM's, SGLang's and OpenRouter's. Its cause, which is for the log alone, is what the server says.
 * @param secrets what must not be told of it
 */
export function errorOfEvent(error: unknown, secrets: readonly string[]): AppError {
  const status = statusIn(error)
  // What is said of keys holds parts of them.
  const isOfKeys = status === 401 || status === 403
  const cause = isOfKeys ? undefined : new Error(tellable(JSON.stringify(error), secrets))
  return status === undefined ? gaveUp(cause) : errorOfStatus(status, undefined, cause)
}

/** What a reply ends with whose server says no more than that. */
export function gaveUp(cause?: Error): AppError {
  const detail = 'The model server ended the reply with an error.'
  return new AppError('upstream_error', detail, { cause })
}

function statusIn(error: unknown): number | undefined {
  const { code } = error as { readonly code?: unknown }
  return /^[45]\d\d$/.test(String(code)) ? Number(code) : undefined
}
