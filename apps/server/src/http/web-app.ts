import { existsSync } from 'node:fs'
import { join } from 'node:path'
import express, { Router } from 'express'

/** Paths that are never the page's, whatever the browser accepts. */
const apiPath = /^\/(api|v1|health|ready)(\/|$)/

/**
 * The built web app, for browsers: its files, and its page for every address that wants HTML, since
 * the page does the routing. Nothing where the app is not built.
 */
export function serveWebApp(root: string): Router {
  const router = Router()
  const page = join(root, 'index.html')
  if (!existsSync(page)) return router
  router.use((request, _response, next) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    next(isRead && !apiPath.test(request.path) ? undefined : 'router')
  })
  // Vite puts a hash into the names below assets/, so they never change.
  router.use('/assets', express.static(join(root, 'assets'), { immutable: true, maxAge: '1y' }))
  router.use(express.static(root, { index: false, maxAge: '1h' }))
  router.use((request, response, next) => {
    response.vary('Accept')
    if (!wantsHtml(request.headers.accept)) return next()
    const headers = { 'cache-control': 'no-cache' }
    // Gone since the start: the API answers instead.
    response.sendFile(page, { cacheControl: false, headers }, (error) => {
      if (error && !response.headersSent) next()
    })
  })
  return router
}

/** Browsers name HTML; curl and `fetch` say that anything will do, which is not enough. */
function wantsHtml(accept: string | undefined): boolean {
  return accept?.includes('text/html') ?? false
}
