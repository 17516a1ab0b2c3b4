import type { Request, RequestHandler, Response } from 'express'
import { AppError } from '../app-error.ts'
import type { Authenticator, Credentials, Principal } from '../identity/authenticator.ts'
import { defaultWorkspaceId, type Owner } from '../identity/owner.ts'

/** What gives tokens to those who have none. */
const openPaths = new Set(['/v1/auth/tokens/anonymous', '/v1/auth/tokens/refresh'])

const maxIdLength = 255

/** Finds out who asks, before anything else of the request is looked at. */
export function authenticate(authenticator: Authenticator): RequestHandler {
  return async (request, response, next) => {
    if (request.method === 'OPTIONS' || openPaths.has(request.baseUrl + request.path)) return next()
    response.locals['principal'] = await authenticator.authenticate(readCredentials(request))
    next()
  }
}

/** @throws AppError `invalid_request` */
export function readCredentials(request: Request): Credentials {
  return {
    token: /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '')?.[1],
    userId: readId(request, 'Aui-User-Id'),
    workspaceId: readId(request, 'Aui-Workspace-Id'),
  }
}

/** @throws AppError `invalid_request` where an API key names no user */
export function ownerOf(response: Response): Owner {
  return ownerIn(principalOf(response))
}

/** @throws AppError `invalid_request` where it is an API key that names no user */
export function ownerIn({ owner }: Principal): Owner {
  if (owner !== undefined) return owner
  throw new AppError('invalid_request', 'Name the user that the API key acts for: Aui-User-Id.')
}

/** @throws AppError `forbidden` unless it is an API key */
export function assertProject(response: Response): void {
  if (principalOf(response).isProject) return
  throw new AppError('forbidden', 'This takes an API key of the server.')
}

/** The workspace that a request with an API key is about, whoever its user is. */
export function workspaceOf(response: Response): string {
  return readId(response.req, 'Aui-Workspace-Id') ?? defaultWorkspaceId
}

/** @throws AppError `invalid_request` */
function readId(request: Request, header: string): string | undefined {
  const id = textOf(request.get(header))
  if (id === undefined || id.length <= maxIdLength) return id || undefined
  throw new AppError('invalid_request', `${header} may have ${maxIdLength} characters at most.`)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Node takes the bytes of a header for Latin-1. Many clients send UTF-8, as it is in a path and in a token. */
function textOf(header: string | undefined): string | undefined {
  if (header === undefined || !/[\x80-\xff]/.test(header)) return header
  try {
    return utf8.decode(Buffer.from(header, 'latin1'))
  } catch {
    return header
  }
}

function principalOf(response: Response): Principal {
  return response.locals['principal'] as Principal
}
