import {
  accumulate,
  chatContract,
  emptyReply,
  ProblemError,
  textOfParts,
  type ChatReply,
} from '@assistant-ui-proxy/contract'
import { initServer } from '@ts-rest/express'
import { AppError } from '../app-error.ts'
import { eventStream, readChunks, textStream } from '../http/event-stream.ts'
import { leaveSignal } from '../http/leave-signal.ts'
import { streamedBody } from '../http/streamed-body.ts'
import { localOwner } from '../identity/owner.ts'
import type { ModelService } from './model-service.ts'
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
      const frames = await runs.start(localOwner, body, leaveSignal(res))
      if (form === 'text/event-stream')
        return { status: 200, body: eventStream(frames, keepAliveMs) }
      if (form === 'text/plain') return { status: 200, body: textStream(frames) }
      const reply = await readWhole(frames)
      return { status: 200, body: streamedBody(async (response) => void response.json(reply)) }
    },
    models: async () => ({ status: 200, body: [...(await models.list())] }),
  })
}

/** @throws ProblemError where the reply failed */
async function readWhole(frames: AsyncIterable<Uint8Array>): Promise<ChatReply> {
  let reply = emptyReply
  for await (const chunks of readChunks(frames)) reply = accumulate(reply, chunks)
  if (reply.problem) throw new ProblemError(reply.problem)
  return { role: 'assistant', content: textOfParts(reply.parts) }
}
