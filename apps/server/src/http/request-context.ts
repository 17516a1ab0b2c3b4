import { randomUUID } from 'node:crypto'
import type { RequestHandler, Response } from 'express'
import type { Logger } from 'pino'

/**
 * Gives every request an id, answered as `x-request-id`, and logs its end in one line: no bodies, no
 * headers, no query, since they hold what people say and their credentials.
 */
export function createRequestContext(log: Logger): RequestHandler {
  return (request, response, next) => {
    const startedAtMs = performance.now()
    const given = request.get('x-request-id')
    const id = given !== undefined && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID()
    response.locals['requestId'] = id
    response.locals['log'] = log
    response.setHeader('x-request-id', id)
    response.once('close', () => {
      const line = {
        request_id: id,
        method: request.method,
        path: request.originalUrl.split('?', 1)[0],
        status: response.statusCode,
        duration_ms: Math.round(performance.now() - startedAtMs),
      }
      const ending = response.writableFinished ? 'completed' : 'aborted'
      log[response.statusCode >= 500 ? 'error' : 'info'](line, `request ${ending}`)
    })
    next()
  }
}

export function requestIdOf(response: Response): string {
  return String(response.locals['requestId'])
}

/** What it says carries the request's id. */
export function requestLogOf(response: Response): Logger {
  const log = response.locals['log'] as Logger
  return log.child({ request_id: requestIdOf(response) })
}
