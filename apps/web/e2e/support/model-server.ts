import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

export interface ModelServer {
  /** For `OPENAI_BASE_URL`. */
  readonly url: string
  stop(): Promise<void>
}

/**
 * A server of chat completions with these models; each says its name.
 * @param beside what comes with it
 */
export async function startModelServer(
  models: readonly string[],
  beside: object = {},
): Promise<ModelServer> {
  const server = createServer(async (request, response) => {
    if (request.url === '/v1/models') {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ data: models.map((id) => ({ id })) }))
      return
    }
    const { model } = (await json(request)) as { model: string }
    const delta = { content: `I am ${model}.`, ...beside }
    const event = { choices: [{ delta, finish_reason: 'stop' }] }
    response.setHeader('content-type', 'text/event-stream')
    response.end(`data: ${JSON.stringify(event)}\n\ndata: [DONE]\n\n`)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
