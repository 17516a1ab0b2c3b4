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
import { createSearchRoutes } from './search/search-routes.ts'
import { SearchService } from './search/search-service.ts'
import { ReadinessService } from './system/readiness-service.ts'
import { createSystemRoutes } from './system/system-routes.ts'
import { createThreadRoutes } from './threads/thread-routes.ts'
import { ThreadService } from './threads/thread-service.ts'

/** The whole HTTP side, in the order in which a request passes it. */
export function createApp(dependencies: Dependencies, runs: RunService): Express {
  const { config, log } = dependencies
  const storageName = config.assistantCloud ? 'assistant-cloud' : config.database.driver
  const readiness = new ReadinessService({ ...dependencies, storageName, runs })
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
      system: createSystemRoutes(config.environment, readiness),
      chat: createChatRoutes(runs, new ModelService(dependencies), config.keepAliveMs),
      threads: createThreadRoutes(new ThreadService(dependencies), new TitleService(dependencies)),
      search: createSearchRoutes(new SearchService(dependencies)),
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
