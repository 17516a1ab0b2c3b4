import cors from 'cors'
import type { RequestHandler } from 'express'

/**
 * CORS for the pages of these origins, with credentials; `*` is every origin. Others get no CORS
 * header at all, so their browser keeps the answer from them.
 */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  const allowed = new Set(origins)
  const answer = cors({
    origin: true,
    credentials: true,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: [
      'x-request-id',
      'x-vercel-ai-ui-message-stream',
      'x-resumable-stream-id',
      'retry-after',
    ],
    maxAge: 600,
  })
  return (request, response, next) => {
    response.vary('Origin')
    const { origin } = request.headers
    if (origin !== undefined && (allowed.has(origin) || allowed.has('*')))
      answer(request, response, next)
    else next()
  }
}
