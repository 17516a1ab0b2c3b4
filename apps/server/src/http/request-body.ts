import express, { type RequestHandler } from 'express'
import { AppError } from '../app-error.ts'
import { isDeeper, maxNesting } from '../nesting.ts'

const maxBodyBytes = 1_000_000

/** JSON bodies up to 1 MB; a body of another type is refused rather than ignored. */
export function readBody(): RequestHandler[] {
  return [
    (request, _response, next) => {
      // `is` gives null where there is no body, but counts one of length 0.
      const isOfAnotherType = request.is('application/json') === false
      if (isOfAnotherType && request.headers['content-length'] !== '0')
        throw new AppError('unsupported_media_type', 'Send the body as application/json.')
      next()
    },
    express.json({ limit: maxBodyBytes }),
    (request, _response, next) => {
      if (isDeeper(request.body, maxNesting))
        throw new AppError(
          'invalid_request',
          `The body is nested deeper than ${maxNesting} levels.`,
        )
      next()
    },
  ]
}
