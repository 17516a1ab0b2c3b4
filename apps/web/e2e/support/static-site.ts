import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

export const originalPlanRoot = fileURLToPath(new URL('../original-plan', import.meta.url))
export const cloudRuntimeRoot = fileURLToPath(new URL('../cloud-runtime', import.meta.url))

export interface Site {
  /** Such as `http://127.0.0.1:40123`. */
  readonly origin: string
  stop(): Promise<void>
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
}

/** A folder as a site with an origin of its own; without a folder, one empty page. */
export async function startSite(folder?: string): Promise<Site> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://site')
    const file = pathname === '/' ? 'index.html' : normalize(pathname)
    try {
      const content = folder === undefined ? '' : await readFile(join(folder, file))
      response.writeHead(200, { 'content-type': types[extname(file)] ?? 'text/plain' })
      response.end(content)
    } catch {
      response.writeHead(404).end()
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
