import type { Request } from 'express'

/**
 * Where this server is reached, as far as it knows.
 * @param publicUrl as it is configured; undefined: where the request came
 */
export function serverUrlOf(publicUrl: string | undefined, request: Request): string {
  return publicUrl ?? `${request.protocol}://${request.get('host') ?? ''}`
}
