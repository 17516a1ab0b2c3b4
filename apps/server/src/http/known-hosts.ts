import { isIP } from 'node:net'
import type { RequestHandler } from 'express'
import { AppError } from '../app-error.ts'

/**
 * Refuses who asks for this server by a name that is not its own. Where anybody is let in who reaches the
 * port, so would be a page on the web: it points a name of its own at this machine, and then its browser
 * takes the answers for the page's own (DNS rebinding). Addresses and names without a dot cannot be had so.
 * @param urls whose host names are its own, too
 */
export function refuseUnknownHosts(urls: readonly string[]): RequestHandler {
  const known = new Set(urls.map((url) => new URL(url).hostname))
  return (request, _response, next) => {
    // Not what a proxy says that it was: a page can say that, too.
    const { host } = request.headers
    if (host === undefined || isKnown(URL.parse(`http://${host}`)?.hostname)) return next()
    throw new AppError(
      'invalid_request',
      'This server is not known by the name in the header Host. Add its address to CORS_ORIGINS, or set AUTH.',
    )
  }

  function isKnown(name = '.'): boolean {
    const isAddress = isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0
    return isAddress || !name.includes('.') || name.endsWith('.localhost') || known.has(name)
  }
}
