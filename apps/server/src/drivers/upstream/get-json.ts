import type { Agent } from 'undici'
import { AppError } from '../../app-error.ts'
import { connectionError, errorOfStatus } from './upstream-errors.ts'

const timeoutMs = 10_000
const maxBytes = 1_048_576

/**
 * The JSON at a URL of an upstream.
 * @throws AppError `upstream_*`
 */
export async function getJson(
  agent: Agent,
  url: URL,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const response = await agent
    .request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'GET',
      headers: { accept: 'application/json', ...headers },
      signal: AbortSignal.timeout(timeoutMs),
    })
    .catch((cause: unknown) => {
      throw connectionError(url.origin, cause)
    })
  const { statusCode, body } = response
  if (statusCode !== 200) {
    await body.dump({ limit: maxBytes }).catch(() => undefined)
    throw errorOfStatus(statusCode, response.headers['retry-after']?.toString())
  }
  try {
    return await body.json()
  } catch (cause) {
    throw new AppError('upstream_protocol', `What answers at ${url.origin} did not send JSON.`, {
      cause,
    })
  }
}
