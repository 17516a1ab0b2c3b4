import type { IncomingMessage, Server, ServerResponse } from 'node:http'

interface Patience {
  /** How often it is looked at how far a body has come. */
  readonly everyMs: number
  /** So much has to have come since. */
  readonly minBytes: number
}

/** A kilobyte a second. */
const patience: Patience = { everyMs: 60_000, minBytes: 60_000 }

/**
 * Ends requests whose body comes no further, as `request_timeout`. Node gives all of a request five minutes,
 * which a large file on a slow line takes longer than.
 */
export function endStalledBodies(server: Server, { everyMs, minBytes } = patience): void {
  server.requestTimeout = 0
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { headers, socket } = request
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined)
      return
    let bytesBefore = socket.bytesRead
    // What has come and is not taken waits for this server.
    let isOurs = false
    const look = () => {
      const wasOurs = isOurs
      isOurs = request.readableLength > 0
      const hasStalled = socket.bytesRead - bytesBefore < minBytes
      bytesBefore = socket.bytesRead
      if (!hasStalled || request.complete || wasOurs || isOurs) return
      const late = Object.assign(new Error('the body stalled'), {
        code: 'ERR_HTTP_REQUEST_TIMEOUT',
      })
      if (response.headersSent) socket.destroy()
      else server.emit('clientError', late, socket)
    }
    const timer = setInterval(look, everyMs)
    request.once('close', () => clearInterval(timer))
  })
}
