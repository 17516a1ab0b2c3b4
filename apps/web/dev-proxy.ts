import type { ServerResponse } from 'node:http'
import type { ProxyOptions } from 'vite'

/** Passes the API's paths on to the server, which is so on the page's own origin, as in production. */
export function proxyTo(port: string): Record<string, ProxyOptions> {
  const options: ProxyOptions = {
    target: `http://127.0.0.1:${port}`,
    // The server begins the URLs of files with where it was asked, which the browser has to reach.
    changeOrigin: false,
    configure: (proxy) => {
      proxy.on('error', (_error, _request, response) => {
        if ('writeHead' in response && !response.headersSent) answerForServer(response, port)
      })
      // A stream that the server breaks off must break off here too, not hang.
      proxy.on('proxyRes', (answer, _request, response) =>
        answer.once('close', () => answer.complete || response.destroy()),
      )
    },
  }
  return { '/api': options, '/v1': options, '/health': options, '/ready': options }
}

function answerForServer(response: ServerResponse, port: string): void {
  const status = 503
  response.writeHead(status, { 'content-type': 'application/problem+json' })
  response.end(
    JSON.stringify({
      type: 'urn:assistant-ui-proxy:problem:server_unreachable',
      title: 'The server cannot be reached',
      status,
      detail: `Nothing answers on port ${port}. Is the server running?`,
      code: 'server_unreachable',
    }),
  )
}
