import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { pinoHttp } from 'pino-http'

function describe(
  request: IncomingMessage,
  response: ServerResponse,
  line: { responseTime: number },
) {
  return {
    method: request.method,
    path: request.url?.split('?', 1)[0],
    status: response.statusCode,
    duration_ms: line.responseTime,
  }
}

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
    customSuccessObject: describe,
    customErrorObject: describe,
    customLogLevel: (_request, response, error) =>
      error || response.statusCode >= 500 ? 'error' : 'info',
  })
}
