import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { pinoHttp } from 'pino-http'

/**
 * Gives every request an id, answered as `x-request-id`, and logs its end in one line: no bodies, no
 * headers, no query, since they hold what people say and their credentials.
 */
export function createRequestContext(log: Logger) {
  return pinoHttp({
    logger: log,
    genReqId: (request, response) => {
      const given = request.headers['x-request-id']
      const id = typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID()
      response.setHeader('x-request-id', id)
      return id
    },
    quietReqLogger: true,
    quietResLogger: true,
    customAttributeKeys: { reqId: 'request_id' },
    customSuccessObject: (request, response, own) => describe(request, response, own),
    customErrorObject: (request, response, _error, own) => describe(request, response, own),
    customLogLevel: (_request, response, error) =>
      error || response.statusCode >= 500 ? 'error' : 'info',
  })
}

/** One line's fields. pino-http leaves the type of its own open. */
function describe(
  request: IncomingMessage,
  response: ServerResponse,
  own: { responseTime?: number },
) {
  return {
    method: request.method,
    path: request.url?.split('?', 1)[0],
    status: response.statusCode,
    duration_ms: own.responseTime,
  }
}
