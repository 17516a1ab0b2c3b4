import { threadContract } from '@assistant-ui-proxy/contract'
import { initServer } from '@ts-rest/express'
import type { TitleService } from '../chat/title-service.ts'
import { leaveSignal } from '../http/leave-signal.ts'
import { localOwner } from '../identity/owner.ts'
import type { ThreadService } from './thread-service.ts'

export function createThreadRoutes(threads: ThreadService, titles: TitleService) {
  return initServer().router(threadContract, {
    list: async ({ query }) => ({ status: 200, body: await threads.list(localOwner, query) }),
    create: async ({ body }) => ({ status: 201, body: await threads.create(localOwner, body) }),
    get: async ({ params }) => ({
      status: 200,
      body: await threads.get(localOwner, params.thread_id),
    }),
    update: async ({ params, body }) => ({
      status: 200,
      body: await threads.update(localOwner, params.thread_id, body),
    }),
    delete: async ({ params }) => {
      await threads.delete(localOwner, params.thread_id)
      return { status: 204, body: undefined }
    },
    messages: async ({ params, query }) => ({
      status: 200,
      body: await threads.messages(localOwner, params.thread_id, query.limit),
    }),
    generateTitle: async ({ params, res }) => ({
      status: 200,
      body: { title: await titles.generate(localOwner, params.thread_id, leaveSignal(res)) },
    }),
  })
}
