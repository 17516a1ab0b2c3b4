import { threadContract } from '@assistant-ui-proxy/contract'
import { initServer } from '@ts-rest/express'
import { ownerOf } from '../http/authentication.ts'
import { leaveSignal } from '../http/leave-signal.ts'
import type { ThreadService } from './thread-service.ts'
import type { TitleService } from './title-service.ts'

export function createThreadRoutes(threads: ThreadService, titles: TitleService) {
  return initServer().router(threadContract, {
    list: async ({ query, res }) => ({
      status: 200,
      body: await threads.list(ownerOf(res), query),
    }),
    create: async ({ body, res }) => ({
      status: 201,
      body: await threads.create(ownerOf(res), body),
    }),
    get: async ({ params, res }) => ({
      status: 200,
      body: await threads.get(ownerOf(res), params.thread_id),
    }),
    update: async ({ params, body, res }) => ({
      status: 200,
      body: await threads.update(ownerOf(res), params.thread_id, body),
    }),
    delete: async ({ params, res }) => {
      await threads.delete(ownerOf(res), params.thread_id)
      return { status: 204, body: undefined }
    },
    messages: async ({ params, query, res }) => ({
      status: 200,
      body: await threads.messages(ownerOf(res), params.thread_id, query.limit),
    }),
    generateTitle: async ({ params, res }) => ({
      status: 200,
      body: { title: await titles.generate(ownerOf(res), params.thread_id, leaveSignal(res)) },
    }),
  })
}
