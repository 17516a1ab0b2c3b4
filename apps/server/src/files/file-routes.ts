import { pipeline } from 'node:stream/promises'
import { Router, type Request } from 'express'
import { ownerIn, readCredentials } from '../http/authentication.ts'
import type { Authenticator } from '../identity/authenticator.ts'
import type { FileService } from './file-service.ts'
import type { FileMethod, SignedUrls } from './signed-urls.ts'

/**
 * The bytes of files, under URLs that are signed, or to their owners. Not in a contract: a ts-rest
 * client sends and reads no bytes.
 */
export function createFileRoutes(files: FileService, urls: SignedUrls, identity: Authenticator) {
  const router = Router()

  router.put('/v1/files/:file_id', async (request, response) => {
    const { file_id: id } = request.params
    verify(urls, 'PUT', id, request)
    const length = request.get('content-length')
    await files.take(id, {
      bytes: request,
      mediaType: (request.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '',
      size: length === undefined ? undefined : Number(length),
    })
    response.status(200).json({})
  })

  router.get('/v1/files/:file_id', async (request, response) => {
    const { file_id: id } = request.params
    const isSigned = request.query['signature'] !== undefined
    if (isSigned) verify(urls, 'GET', id, request)
    const principal = isSigned ? undefined : await identity.authenticate(readCredentials(request))
    const { filename, upload } = await files.find(principal && ownerIn(principal), id)
    const bytes = await files.read(id)
    // To be looked at inside of a page, but never as one.
    response.attachment(filename)
    response.set({
      'content-type': upload.mediaType,
      'content-length': String(upload.size),
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'private, max-age=900',
      'x-content-type-options': 'nosniff',
    })
    await pipeline(bytes, response).catch((error: NodeJS.ErrnoException) => {
      // The reader has left.
      if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
    })
  })

  return router
}

/** @throws AppError `token_invalid`, `token_expired` */
function verify(urls: SignedUrls, method: FileMethod, id: string, { query }: Request): void {
  const { expires, signature } = query
  const until = expires === undefined ? Infinity : Number(expires)
  urls.verify(method, id, until, typeof signature === 'string' ? signature : '')
}
