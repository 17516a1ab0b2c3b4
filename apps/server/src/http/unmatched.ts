import type { IRouter, RequestHandler } from 'express'
import { AppError } from '../app-error.ts'

type Contract = Readonly<Record<string, Readonly<Record<string, { path: string; method: string }>>>>

/** 405 with `Allow` for a contract's paths under other methods. Comes after its routes. */
export function refuseOtherMethods(router: IRouter, contract: Contract): void {
  const methods = new Map<string, Set<string>>()
  for (const routes of Object.values(contract))
    for (const { path, method } of Object.values(routes))
      methods.set(path, (methods.get(path) ?? new Set()).add(method))
  for (const [path, taken] of methods) refuseMethodsBut(router, path, [...taken])
}

/** 405 with `Allow` for a path under other methods than these. Comes after its routes. */
export function refuseMethodsBut(router: IRouter, path: string, methods: readonly string[]): void {
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : [])].join(', ')
  router.all(path, (request, response) => {
    response.set('allow', allow)
    throw new AppError('method_not_allowed', `${request.method} is not offered here, but ${allow}.`)
  })
}

export const refuseUnknownRoutes: RequestHandler = (request) => {
  throw new AppError('route_not_found', `There is no ${request.method} ${request.path} here.`)
}
