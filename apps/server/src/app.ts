import { assistantCloudContract, contract, type Readiness } from '@assistant-ui-proxy/contract'
import { createExpressEndpoints } from '@ts-rest/express'
import express, { type Express, type NextFunction } from 'express'
import { createArchiveRoutes } from './archive/archive-routes.ts'
import { ArchiveService } from './archive/archive-service.ts'
import { createChatRoutes } from './chat/chat-routes.ts'
import type { LeaseKeeper } from './chat/lease-keeper.ts'
import { ModelService } from './chat/model-service.ts'
import type { RunService } from './chat/run-service.ts'
import { createCloudRoutes } from './cloud/cloud-routes.ts'
import { CloudService } from './cloud/cloud-service.ts'
import { ReportService } from './cloud/report-service.ts'
import type { Dependencies } from './dependencies.ts'
import { authenticate } from './http/authentication.ts'
import { createFileRoutes } from './files/file-routes.ts'
import { allowOrigins } from './http/cross-origin.ts'
import { refuseUnknownHosts } from './http/known-hosts.ts'
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
import { TitleService } from './threads/title-service.ts'

const endpointOptions = {
  responseValidation: true,
  requestValidationErrorHandler: (
    error: unknown,
    _request: unknown,
    _response: unknown,
    next: NextFunction,
  ) => next(error),
}

const ownFeatures: Readiness['features'] = ['search', 'attachments', 'feedback']

/** The whole HTTP side, in the order in which a request passes it. */
export function createApp(
  dependencies: Dependencies,
  { runs, lease }: { runs: RunService; lease: LeaseKeeper },
): Express {
  const { config, log, store, database, identity } = dependencies
  const storageName = config.cloudThreads?.name ?? config.database.driver
  const features = database ? ownFeatures : []
  const readiness = new ReadinessService({ ...dependencies, storageName, features, runs, lease })
  const threads = new ThreadService(store, runs)
  const titles = new TitleService(dependencies)
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  // What a proxy beside this server says of the request is believed: scheme and address.
  app.set('trust proxy', ['loopback', 'linklocal', 'uniquelocal'])

  app.use(createRequestContext(log))
  app.use(securityHeaders())
  app.use(allowOrigins(config.corsOrigins))
  if (config.knownUrls !== undefined) app.use(refuseUnknownHosts(config.knownUrls))
  app.use(serveWebApp(config.webRoot))
  if (database) app.use(createFileRoutes(database.files, database.fileUrls, identity.authenticator))
  app.use(['/api', '/v1'], authenticate(identity.authenticator))
  if (database) {
    const archive = new ArchiveService(database.archiveStore, database.files)
    app.use(createArchiveRoutes(archive, database.fileUrls, config.files.publicUrl))
  }
  app.use(readBody())

  createExpressEndpoints(
    contract,
    {
      system: createSystemRoutes(config.environment, readiness),
      chat: createChatRoutes(runs, new ModelService(dependencies), config.keepAliveMs),
      threads: createThreadRoutes(threads, titles),
      search: createSearchRoutes(new SearchService(database?.searchIndex)),
    },
    app,
    endpointOptions,
  )
  if (database) {
    const routes = createCloudRoutes({
      ...database,
      cloud: new CloudService(database.cloudStore, runs),
      reports: new ReportService(database.cloudStore),
      threads,
      titles,
      runs,
      anonymous: identity.anonymous,
      publicUrl: config.files.publicUrl,
      keepAliveMs: config.keepAliveMs,
    })
    createExpressEndpoints(assistantCloudContract, routes, app, endpointOptions)
    refuseOtherMethods(app, assistantCloudContract)
  }
  refuseOtherMethods(app, contract)
  app.use(refuseUnknownRoutes)
  app.use(createProblemHandler())
  return app
}
