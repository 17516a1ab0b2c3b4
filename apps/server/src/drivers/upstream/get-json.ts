import type { Agent } from 'undici'
import { AppError } from '../../app-error.ts'
import { errorOfStatus } from '../status-errors.ts'
import { connectionError } from './upstream-errors.ts'

const timeoutMs = 10_000
/** Lists of hundreds of models with their descriptions have one or two. */
const maxBytes = 16 * 1_048_576

/**
 * The JSON at a URL of an upstream.
 * @throws AppError `upstream_*`, and the signal's reason
 */
export async function getJson(
  agent: Agent,
  url: URL,
  headers: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<unknown> {
  const timeout = AbortSignal.timeout(timeoutMs)
  const failure = (cause: unknown, error: () => AppError) => {
    if (signal?.aborted) return signal.reason as unknown
    if (!timeout.aborted) return error()
    const detail = `What answers at ${url.origin} took longer than ${timeoutMs / 1_000} s.`
    return new AppError('upstream_timeout', detail, { cause })
  }
  const response = await agent
    .request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'GET',
      headers: { accept: 'application/json', ...headers },
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    })
    .catch((cause: unknown) => {
      throw failure(cause, () => connectionError(url.origin, cause))
    })
  const { statusCode, body } = response
  if (statusCode !== 200) {
    await body.dump({ limit: maxBytes }).catch(() => undefined)
    throw errorOfStatus(statusCode, response.headers['retry-after']?.toString())
  }
  try {
    return await readJson(body)
  } catch (cause) {
    const detail = `What answers at ${url.origin} did not send JSON.`
    throw failure(cause, () => new AppError('upstream_protocol', detail, { cause }))
  }
}

async function readJson(body: AsyncIterable<Buffer>): Promise<unknown> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of body) {
    size += piece.length
    if (size > maxBytes) throw new RangeError(`It is longer than ${maxBytes} bytes.`)
    pieces.push(piece)
  }
  return JSON.parse(Buffer.concat(pieces).toString())
}
