import { systemContract, type Readiness } from '@assistant-ui-proxy/contract'
import { initServer } from '@ts-rest/express'

interface SystemRoutesOptions {
  readonly environment: string
  readonly upstreamName: string
  readonly storageName: string
  /** What keeps the server from taking requests, in words; empty when nothing does. */
  readonly findProblems: () => Promise<string[]>
}

export function createSystemRoutes(options: SystemRoutesOptions) {
  return initServer().router(systemContract, {
    info: async () => ({
      status: 200,
      body: { message: 'Assistant UI Proxy API', status: 'running' },
    }),
    health: async () => ({
      status: 200,
      body: { status: 'healthy', environment: options.environment },
    }),
    ready: async () => {
      const problems = await options.findProblems()
      const body: Readiness = {
        status: problems.length === 0 ? 'ready' : 'not_ready',
        upstream: options.upstreamName,
        storage: options.storageName,
        problems,
      }
      return { status: problems.length === 0 ? 200 : 503, body }
    },
  })
}
