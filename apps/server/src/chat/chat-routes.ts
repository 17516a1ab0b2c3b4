import {
  accumulate,
  chatContract,
  emptyReply,
  parseEventId,
  ProblemError,
  textOfParts,
  type ChatReply,
  type EventPosition,
} from '@assistant-ui-proxy/contract'
import { initServer } from '@ts-rest/express'
import type { Request, Response } from 'express'
import { AppError } from '../app-error.ts'
import { ownerOf } from '../http/authentication.ts'
import { eventStream, readChunks, textStream } from '../http/event-stream.ts'
import { leaveSignal } from '../http/leave-signal.ts'
import { streamedBody } from '../http/streamed-body.ts'
import type { ModelService } from './model-service.ts'
import type { RunLogReader } from './run-log.ts'
import type { RunService } from './run-service.ts'

export function createChatRoutes(runs: RunService, models: ModelService, keepAliveMs: number) {
  return initServer().router(chatContract, {
    send: async ({ body, req, res }) => {
      const form = req.accepts(['text/event-stream', 'text/plain', 'application/json'])
      if (form === false)
        throw new AppError(
          'not_acceptable',
          'Accept one of text/event-stream, text/plain and application/json.',
        )
      if (body.model !== undefined) await models.assertOffered(body.model)
      const asking = { key: readIdempotencyKey(req), signal: leaveSignal(res) }
      const frames = await runs.start(ownerOf(res), body, asking)
      if (body.id !== undefined) nameStream(res, body.id)
      if (form === 'text/event-stream')
        return { status: 200, body: eventStream(frames, keepAliveMs) }
      if (form === 'text/plain') return { status: 200, body: textStream(frames) }
      const reply = await readWhole(frames)
      return { status: 200, body: streamedBody(async (response) => void response.json(reply)) }
    },
    resume: async ({ params, req, res }) => {
      const after = readLastEventId(req)
      const frames = await runs.follow(ownerOf(res), params.thread_id, after)
      if (frames === undefined) return { status: 204, body: undefined }
      nameStream(res, params.thread_id)
      return { status: 200, body: eventStream(frames, keepAliveMs) }
    },
    stop: async ({ params, res }) => ({
      status: 200,
      body: { stopped: await runs.stop(ownerOf(res), params.thread_id) },
    }),
    models: async () => ({ status: 200, body: [...(await models.list())] }),
  })
}

/**
 * Tells under which id the stream can be asked for again: that of its thread.
 * @see assistant-ui's documentation, “Resumable Streams”
 */
function nameStream(response: Response, threadId: string): void {
  response.setHeader('x-resumable-stream-id', threadId)
}

/** @throws AppError `invalid_request` */
function readLastEventId(request: Request): EventPosition | undefined {
  const id = request.get('last-event-id')
  if (id === undefined || id === '') return undefined
  const position = parseEventId(id)
  if (position !== undefined) return position
  throw new AppError('invalid_request', 'The header Last-Event-ID names no event of this server.')
}

/** @throws AppError `invalid_request` */
function readIdempotencyKey(request: Request): string | undefined {
  const key = request.get('idempotency-key')
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key
  throw new AppError(
    'invalid_request',
    'The header Idempotency-Key must be 1 to 255 visible ASCII characters.',
  )
}

/**
 * @throws ProblemError where the reply failed
 * @throws AppError `run_interrupted` where its log ends before it does
 */
async function readWhole(frames: RunLogReader): Promise<ChatReply> {
  let reply = emptyReply
  await readChunks(frames, (chunks) => void (reply = accumulate(reply, chunks)))
  if (reply.problem) throw new ProblemError(reply.problem)
  if (reply.status === 'streaming')
    throw new AppError(
      'run_interrupted',
      'The server stopped in the middle of the reply. Read the messages for what is stored of it.',
    )
  return { role: 'assistant', content: textOfParts(reply.parts) }
}
