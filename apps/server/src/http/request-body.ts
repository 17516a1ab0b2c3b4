import express, { type RequestHandler } from 'express'
import { AppError } from '../app-error.ts'

export const maxBodyBytes = 1_000_000

/** JSON bodies up to 1 MB; a body of another type is refused rather than ignored. */
export function readBody(): RequestHandler[] {
  return [
    (request, _response, next) => {
      // `is` gives null where there is no body.
      if (request.is('application/json') === false)
        throw new AppError('unsupported_media_type', 'Send the body as application/json.')
      next()
    },
    express.json({ limit: maxBodyBytes }),
  ]
}
