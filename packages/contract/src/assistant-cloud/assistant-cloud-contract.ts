import { initContract } from '@ts-rest/core'
import { z } from 'zod'
import {
  cloudDownloadUrlSchema,
  cloudFilenameSchema,
  cloudErrorSchema,
  cloudRefreshSchema,
  cloudTokensSchema,
  cloudUploadUrlSchema,
  refreshedCloudTokensSchema,
} from './cloud-access.ts'
import {
  cloudFeedbackSchema,
  cloudMessageDeletionSchema,
  cloudMessageListQuerySchema,
  cloudMessageListSchema,
  cloudMessageUpdateSchema,
  newCloudFeedbackSchema,
  newCloudMessageSchema,
} from './cloud-message.ts'
import {
  cloudEventsSchema,
  cloudReportListQuerySchema,
  cloudReportListSchema,
  cloudRunReportSchema,
  cloudRunStreamSchema,
  cloudScoreSchema,
  newCloudScoreSchema,
} from './cloud-run.ts'
import {
  cloudThreadListQuerySchema,
  cloudThreadListSchema,
  cloudThreadSchema,
  cloudThreadUpdateSchema,
  newCloudThreadSchema,
  storableSchema,
} from './cloud-thread.ts'

const c = initContract()

const threadParams = z.object({ thread_id: storableSchema })
const messageParams = threadParams.extend({ message_id: storableSchema })

/** A change is answered with an empty object, with nothing, or with 204. */
const done = z.unknown()

const threads = c.router({
  list: {
    method: 'GET',
    path: '/v1/threads',
    query: cloudThreadListQuerySchema,
    responses: { 200: cloudThreadListSchema },
  },
  create: {
    method: 'POST',
    path: '/v1/threads',
    body: newCloudThreadSchema,
    responses: {
      200: z.looseObject({ thread_id: z.string() }),
      201: z.looseObject({ thread_id: z.string() }),
    },
    summary: '200: `upsert` found the thread',
  },
  claim: {
    method: 'POST',
    path: '/v1/threads/claim',
    body: cloudRefreshSchema,
    responses: { 200: z.looseObject({ moved: z.int() }) },
    summary: 'Moves the threads of somebody anonymous to who asks',
  },
  get: {
    method: 'GET',
    path: '/v1/threads/:thread_id',
    pathParams: threadParams,
    responses: { 200: z.looseObject({ thread: cloudThreadSchema }) },
  },
  update: {
    method: 'PUT',
    path: '/v1/threads/:thread_id',
    pathParams: threadParams,
    body: cloudThreadUpdateSchema,
    responses: { 200: done },
  },
  delete: {
    method: 'DELETE',
    path: '/v1/threads/:thread_id',
    pathParams: threadParams,
    responses: { 200: done },
  },
})

const messages = c.router({
  list: {
    method: 'GET',
    path: '/v1/threads/:thread_id/messages',
    pathParams: threadParams,
    query: cloudMessageListQuerySchema,
    responses: { 200: cloudMessageListSchema },
  },
  create: {
    method: 'POST',
    path: '/v1/threads/:thread_id/messages',
    pathParams: threadParams,
    body: newCloudMessageSchema,
    responses: {
      200: z.looseObject({ message_id: z.string() }),
      201: z.looseObject({ message_id: z.string() }),
    },
  },
  update: {
    method: 'PUT',
    path: '/v1/threads/:thread_id/messages/:message_id',
    pathParams: messageParams,
    body: cloudMessageUpdateSchema,
    responses: { 200: done },
  },
  delete: {
    method: 'DELETE',
    path: '/v1/threads/:thread_id/messages',
    pathParams: threadParams,
    body: cloudMessageDeletionSchema,
    responses: { 200: done },
  },
  feedback: {
    method: 'POST',
    path: '/v1/threads/:thread_id/messages/:message_id/feedback',
    pathParams: messageParams,
    body: newCloudFeedbackSchema,
    responses: { 200: cloudFeedbackSchema, 201: cloudFeedbackSchema },
  },
})

const runs = c.router({
  stream: {
    method: 'POST',
    path: '/v1/runs/stream',
    body: cloudRunStreamSchema,
    responses: {
      200: c.otherResponse({
        contentType: 'text/plain',
        body: c.type<ReadableStream<Uint8Array> | string>(),
      }),
    },
  },
  report: {
    method: 'POST',
    path: '/v1/runs',
    body: cloudRunReportSchema,
    responses: { 201: z.looseObject({ run_id: z.string() }) },
  },
  score: {
    method: 'POST',
    path: '/v1/scores',
    body: newCloudScoreSchema,
    responses: { 200: cloudScoreSchema, 201: cloudScoreSchema },
  },
  events: {
    method: 'POST',
    path: '/v1/events',
    body: cloudEventsSchema,
    responses: { 202: z.looseObject({ accepted: z.int() }) },
  },
})

const auth = c.router({
  anonymous: {
    method: 'POST',
    path: '/v1/auth/tokens/anonymous',
    body: c.noBody(),
    responses: { 200: cloudTokensSchema },
  },
  refresh: {
    method: 'POST',
    path: '/v1/auth/tokens/refresh',
    body: cloudRefreshSchema,
    responses: { 200: refreshedCloudTokensSchema },
  },
  create: {
    method: 'POST',
    path: '/v1/auth/tokens',
    body: c.noBody(),
    responses: { 200: z.looseObject({ token: z.string() }) },
    summary: 'With an API key: a token for the user and workspace that the headers name',
  },
})

const files = c.router({
  uploadUrl: {
    method: 'POST',
    path: '/v1/files/attachments/generate-presigned-upload-url',
    body: cloudFilenameSchema,
    responses: { 200: cloudUploadUrlSchema },
  },
  downloadUrl: {
    method: 'POST',
    path: '/v1/files/attachments/generate-presigned-download-url',
    body: z.union([z.object({ key: z.string() }), z.object({ url: z.string() })]),
    responses: { 200: cloudDownloadUrlSchema },
  },
})

/** With an API key: what all users of the project have. */
const projects = c.router({
  threads: {
    method: 'GET',
    path: '/v1/projects/threads',
    query: cloudThreadListQuerySchema,
    responses: { 200: cloudThreadListSchema },
  },
  messages: {
    method: 'GET',
    path: '/v1/projects/threads/:thread_id/messages',
    pathParams: threadParams,
    query: cloudMessageListQuerySchema,
    responses: { 200: cloudMessageListSchema },
  },
  reports: {
    method: 'GET',
    path: '/v1/projects/reports',
    query: cloudReportListQuerySchema,
    responses: { 200: cloudReportListSchema },
    summary: 'Feedback, runs, scores and events. Not of the hosted service',
  },
  eraseUser: {
    method: 'DELETE',
    path: '/v1/projects/users/:user_id',
    pathParams: z.object({ user_id: storableSchema }),
    responses: { 200: z.looseObject({ threads: z.int() }) },
    summary: 'Leaves nothing of a user of the workspace that Aui-Workspace-Id names',
  },
})

const failures = {
  400: cloudErrorSchema,
  401: cloudErrorSchema,
  402: cloudErrorSchema,
  403: cloudErrorSchema,
  404: cloudErrorSchema,
  409: cloudErrorSchema,
  413: cloudErrorSchema,
  422: cloudErrorSchema,
  429: cloudErrorSchema,
  500: cloudErrorSchema,
  501: cloudErrorSchema,
  502: cloudErrorSchema,
  503: cloudErrorSchema,
  504: cloudErrorSchema,
} as const

/**
 * The wire of Assistant Cloud, as its public client (`assistant-cloud`) speaks it: for calling the
 * hosted service and for serving those who know it.
 */
export const assistantCloudContract = c.router(
  { threads, messages, runs, auth, files, projects },
  { commonResponses: failures },
)
