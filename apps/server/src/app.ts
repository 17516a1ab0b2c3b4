import { contract } from '@assistant-ui-proxy/contract'
import { createExpressEndpoints } from '@ts-rest/express'
import express, { type Express } from 'express'
import { createChatRoutes } from './chat/chat-routes.ts'
import { ModelService } from './chat/model-service.ts'
import type { RunService } from './chat/run-service.ts'
import { TitleService } from './chat/title-service.ts'
import type { Dependencies } from './dependencies.ts'
import { allowOrigins } from './http/cross-origin.ts'
import { createProblemHandler } from './http/problem-handler.ts'
import { readBody } from './http/request-body.ts'
import { createRequestContext } from './http/request-context.ts'
import { securityHeaders } from './http/security-headers.ts'
import { refuseOtherMethods, refuseUnknownRoutes } from './http/unmatched.ts'
import { serveWebApp } from './http/web-app.ts'
import { createSystemRoutes } from './system/system-routes.ts'
import { createThreadRoutes } from './threads/thread-routes.ts'
import { ThreadService } from './threads/thread-service.ts'

/** The whole HTTP side, in the order in which a request passes it. */
export function createApp(dependencies: Dependencies, runs: RunService): Express {
  const { config, log, upstream } = dependencies
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')

  app.use(createRequestContext(log))
  app.use(securityHeaders())
  app.use(allowOrigins(config.corsOrigins))
  app.use(serveWebApp(config.webRoot))
  app.use(readBody())

  createExpressEndpoints(
    contract,
    {
      system: createSystemRoutes({
        environment: config.environment,
        upstreamName: upstream.name,
        storageName: config.database.driver,
        findProblems: () => findProblems(dependencies, runs),
      }),
      chat: createChatRoutes(runs, new ModelService(dependencies)),
      threads: createThreadRoutes(new ThreadService(dependencies), new TitleService(dependencies)),
    },
    app,
    {
      responseValidation: true,
      requestValidationErrorHandler: (error, _request, _response, next) => next(error),
    },
  )

  refuseOtherMethods(app)
  app.use(refuseUnknownRoutes)
  app.use(createProblemHandler(log))
  return app
}

async function findProblems({ store, log }: Dependencies, runs: RunService): Promise<string[]> {
  const problems = runs.isClosed ? ['the server is shutting down'] : []
  try {
    await store.ping()
  } catch (error) {
    log.error({ err: error }, 'the storage does not answer')
    problems.push('the storage does not answer')
  }
  return problems
}
