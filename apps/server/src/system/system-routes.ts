import { systemContract } from '@assistant-ui-proxy/contract'
import { initServer } from '@ts-rest/express'
import type { ReadinessService } from './readiness-service.ts'

export function createSystemRoutes(environment: string, readiness: ReadinessService) {
  return initServer().router(systemContract, {
    info: async () => ({
      status: 200,
      body: { message: 'Assistant UI Proxy API', status: 'running' },
    }),
    health: async () => ({ status: 200, body: { status: 'healthy', environment } }),
    ready: async () => {
      const body = await readiness.check()
      return { status: body.status === 'ready' ? 200 : 503, body }
    },
  })
}
