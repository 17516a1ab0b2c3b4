import { existsSync, readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import express, { Router, type Request, type RequestHandler, type Response } from 'express'

/** Paths that are never the page's, whatever the browser accepts. */
const apiPath = /^\/(api|v1|health|ready)(\/|$)/

/** What the build has beside a file, smallest first. */
const encodings = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const

/**
 * The built web app, for browsers: its files, and its page for every address that wants HTML, since
 * the page does the routing. Nothing where the app is not built.
 */
export function serveWebApp(root: string): RequestHandler {
  const page = join(root, 'index.html')
  if (!existsSync(page)) return (_request, _response, next) => next()
  const router = Router()
  const assets = join(root, 'assets')
  // Vite puts a hash into the names below assets/, so they never change.
  router.use(
    '/assets',
    preferCompressed(assets),
    express.static(assets, {
      immutable: true,
      maxAge: '1y',
      setHeaders: (response: Response, path) => response.set(headersOf(path)),
    }),
  )
  router.use(express.static(root, { index: false, maxAge: '1h' }))
  const files = new Set(readdirSync(root))
  router.use((request, response, next) => {
    response.vary('Accept')
    if (!wantsHtml(request.headers.accept)) return next()
    response.vary('Accept-Encoding')
    const path = page + suffixFor(request, (suffix) => files.has(`index.html${suffix}`))
    const headers = { 'cache-control': 'no-cache', ...headersOf(path) }
    // Gone since the start: the API answers instead.
    response.sendFile(path, { cacheControl: false, headers }, (error) => {
      if (error && !response.headersSent) next()
    })
  })
  return (request, response, next) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (isRead && !apiPath.test(request.path)) router(request, response, next)
    else next()
  }
}

/** Has what follows look for the file that was compressed at the build, where there is one. */
function preferCompressed(folder: string): RequestHandler {
  const files = new Set(existsSync(folder) ? readdirSync(folder) : [])
  return (request, response, next) => {
    response.vary('Accept-Encoding')
    const name = request.path.slice(1)
    const suffix = suffixFor(request, (one) => files.has(name + one))
    if (suffix !== '') request.url = `/${name}${suffix}`
    next()
  }
}

/** @returns the suffix of the smallest form that there is and that is accepted; '' for the file itself */
function suffixFor(request: Request, exists: (suffix: string) => boolean): string {
  const encoding = encodings.find(
    ({ name, suffix }) => exists(suffix) && request.acceptsEncodings(name) === name,
  )
  return encoding?.suffix ?? ''
}

/** What a compressed file is: by its name alone it would be an archive to keep. */
function headersOf(path: string): Record<string, string> {
  const encoding = encodings.find(({ suffix }) => path.endsWith(suffix))
  if (encoding === undefined) return {}
  const type = types[extname(path.slice(0, -encoding.suffix.length))]
  return { 'content-encoding': encoding.name, 'content-type': type ?? 'application/octet-stream' }
}

/** Of what the build compresses, as `express.static` has them. */
const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Browsers name HTML; curl and `fetch` say that anything will do, which is not enough. */
function wantsHtml(accept: string | undefined): boolean {
  return accept?.includes('text/html') ?? false
}
