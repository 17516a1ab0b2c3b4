import type { Server } from 'node:http'
import { createProblem, type Problem } from '@assistant-ui-proxy/contract'

/** Answers what Node refuses before there is a request: as a problem, as all else, and closes the connection. */
export function answerMalformedRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
    const problem = problemOf(error.code)
    const body = JSON.stringify(problem)
    const head = [
      `HTTP/1.1 ${problem.status} ${problem.title}`,
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
    ]
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  })
  // RFC 9110, 10.1.1: what is expected that is not known may be passed over.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response))
}

function problemOf(code: string | undefined): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return createProblem('headers_too_large', 'The path and headers may have 16 KB at most.')
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return createProblem('request_timeout', 'The request did not arrive in time. Send it again.')
    default:
      return createProblem('invalid_request', 'This is no request of HTTP/1.1.')
  }
}
