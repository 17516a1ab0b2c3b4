import { createEventReader } from '@assistant-ui-proxy/contract'
import type { Agent, Dispatcher } from 'undici'
import { AppError } from '../../app-error.ts'
import { decompress } from './decompress.ts'
import { connectionError, errorOfStatus, isSystemError } from './upstream-errors.ts'

export interface EventRequest {
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly body: unknown
  readonly signal: AbortSignal
}

/** After the last event that matters, an answer gets this to end, so that its connection is kept. */
const drainTimeoutMs = 1_000
const drainLimitBytes = 65_536

/**
 * Posts JSON and gives the events of the answer: each array is the data of those that one read made
 * whole. Redirects are not followed: credentials must not reach another host.
 * @throws AppError `upstream_*`
 */
export async function* postForEvents(
  agent: Agent,
  request: EventRequest,
): AsyncGenerator<string[], void, undefined> {
  const response = await send(agent, request)
  const events = createEventReader()
  const body = decompress(response)
  try {
    for await (const bytes of body.iterator({ destroyOnReturn: false })) {
      const whole = events.read(bytes as Uint8Array)
      if (whole.length > 0) yield whole
    }
  } catch (error) {
    throw request.signal.aborted || !isSystemError(error)
      ? error
      : new AppError('upstream_interrupted', 'The connection to the upstream broke in mid-reply.', {
          cause: error,
        })
  } finally {
    const limits = { limit: drainLimitBytes, signal: AbortSignal.timeout(drainTimeoutMs) }
    if (!response.body.readableEnded) response.body.dump(limits).catch(() => undefined)
  }
}

async function send(
  agent: Agent,
  { url, headers, body, signal }: EventRequest,
): Promise<Dispatcher.ResponseData> {
  const response = await agent
    .request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        'accept-encoding': 'identity',
        ...headers,
      },
      body: JSON.stringify(body),
      signal,
    })
    .catch((cause: unknown) => {
      throw signal.aborted ? cause : connectionError(url.origin, cause)
    })
  const { statusCode } = response
  if (statusCode === 200 && isEventStream(response)) return response
  // Reading the rest, within bounds, keeps the connection for the next request.
  response.body.dump({ limit: drainLimitBytes }).catch(() => undefined)
  if (statusCode !== 200) throw errorOfStatus(statusCode, headerOf(response, 'retry-after'))
  throw new AppError('upstream_protocol', 'The upstream did not answer with an event stream.')
}

function isEventStream(response: Dispatcher.ResponseData): boolean {
  return headerOf(response, 'content-type')?.startsWith('text/event-stream') ?? false
}

function headerOf({ headers }: Dispatcher.ResponseData, name: string): string | undefined {
  return headers[name]?.toString()
}
