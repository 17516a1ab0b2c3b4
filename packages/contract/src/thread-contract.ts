import { initContract } from '@ts-rest/core'
import { z } from 'zod'
import { idSchema } from './id.ts'
import { messageSchema } from './message.ts'
import { bodyProblems, commonProblems, problemSchema } from './problem.ts'
import {
  createThreadSchema,
  listMessagesQuerySchema,
  listThreadsQuerySchema,
  threadSchema,
  updateThreadSchema,
} from './thread.ts'

const c = initContract()

const pathParams = z.object({ thread_id: idSchema })

export const threadContract = c.router(
  {
    list: {
      method: 'GET',
      path: '/api/threads',
      query: listThreadsQuerySchema,
      responses: { 200: z.array(threadSchema) },
      summary: 'Threads, newest activity first',
    },
    create: {
      method: 'POST',
      path: '/api/threads',
      body: createThreadSchema,
      responses: { 201: threadSchema, 409: problemSchema, ...bodyProblems },
      summary: 'Make an empty thread',
    },
    get: {
      method: 'GET',
      path: '/api/threads/:thread_id',
      pathParams,
      responses: { 200: threadSchema, 404: problemSchema },
      summary: 'One thread',
    },
    update: {
      method: 'PATCH',
      path: '/api/threads/:thread_id',
      pathParams,
      body: updateThreadSchema,
      responses: { 200: threadSchema, 404: problemSchema, ...bodyProblems },
      summary: 'Rename, archive or unarchive a thread',
    },
    delete: {
      method: 'DELETE',
      path: '/api/threads/:thread_id',
      pathParams,
      body: c.noBody(),
      responses: { 204: c.noBody(), 404: problemSchema },
      summary: 'Delete a thread and its messages',
    },
    messages: {
      method: 'GET',
      path: '/api/threads/:thread_id/messages',
      pathParams,
      query: listMessagesQuerySchema,
      responses: { 200: z.array(messageSchema), 404: problemSchema },
      summary: 'The message tree, or its newest messages; parents before children',
    },
    generateTitle: {
      method: 'POST',
      path: '/api/threads/:thread_id/title',
      pathParams,
      body: c.noBody(),
      responses: { 200: threadSchema.pick({ title: true }), 404: problemSchema },
      summary: 'Generate a title from the conversation and store it; a stored title is kept',
    },
  },
  { commonResponses: commonProblems },
)
