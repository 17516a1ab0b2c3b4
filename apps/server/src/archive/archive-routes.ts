import { Router } from 'express'
import { AppError } from '../app-error.ts'
import { filePath } from '../files/file-url.ts'
import type { SignedUrls } from '../files/signed-urls.ts'
import { ownerOf } from '../http/authentication.ts'
import { createBodyWriter } from '../http/body-writer.ts'
import { serverUrlOf } from '../http/server-url.ts'
import { refuseMethodsBut } from '../http/unmatched.ts'
import type { ArchiveService } from './archive-service.ts'
import { bytesOf } from './body-bytes.ts'
import { readConversations } from './read-conversations.ts'
import { readLines } from './read-lines.ts'

const archiveType = 'application/x-ndjson'
/** A file of 25 MB is a line. */
const maxLineBytes = 64_000_000
const maxChatGptBytes = 200_000_000

/**
 * All that somebody has, out and in. Not in a contract: neither body is one piece of JSON.
 * @param publicUrl as it is configured
 */
export function createArchiveRoutes(
  archive: ArchiveService,
  urls: SignedUrls,
  publicUrl: string | undefined,
): Router {
  const router = Router()

  router.get('/api/export', async (request, response) => {
    const lines = archive.export(ownerOf(response))
    response.attachment('assistant-ui-proxy.jsonl')
    response.set({ 'content-type': archiveType, 'cache-control': 'no-store' })
    if (request.method === 'HEAD') return void response.end()
    const write = createBodyWriter(response)
    for await (const line of lines) {
      if (response.destroyed) return
      // In chunked coding, an empty piece is the end.
      if (line !== '') await write(Buffer.from(line))
    }
    response.end()
  })

  router.post('/api/import', async (request, response) => {
    const owner = ownerOf(response)
    const linkTo = (id: string) =>
      urls.signForGood(id, serverUrlOf(publicUrl, request) + filePath(id))
    if (request.is(archiveType)) {
      const lines = readLines(bytesOf(request), maxLineBytes)
      response.json(await archive.import(owner, lines, linkTo))
    } else if (request.is('application/json')) {
      const conversations = readConversations(bytesOf(request, maxChatGptBytes))
      response.json(await archive.importChatGpt(owner, conversations))
    } else
      throw new AppError(
        'unsupported_media_type',
        `Send an export as ${archiveType}, or ChatGPT’s conversations.json as application/json.`,
      )
  })

  refuseMethodsBut(router, '/api/export', ['GET'])
  refuseMethodsBut(router, '/api/import', ['POST'])
  return router
}
