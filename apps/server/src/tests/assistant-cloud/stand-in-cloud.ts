import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  assistantCloudContract,
  titleAssistantId,
  type CloudMessage,
  type CloudThread,
} from '@assistant-ui-proxy/contract'
import { createExpressEndpoints, initServer } from '@ts-rest/express'
import express from 'express'
import { streamedBody } from '../../http/streamed-body.ts'

export const apiKey = 'sk_aui_proj_stand_in'

interface Request {
  get(name: string): string | undefined
}

type StoredMessage = CloudMessage & { thread_id: string }
type StoredThread = CloudThread & { user_id: string }

/**
 * Assistant Cloud in memory, behind a real socket: what the hosted service's public client expects, as
 * far as it is known. It is served from the same contract that the drivers call with.
 */
export async function startStandInCloud() {
  const threads: StoredThread[] = []
  const messages: StoredMessage[] = []
  const requests: string[] = []
  /** What a request is answered with in place of what it asks for; 0: nothing, and the connection breaks. */
  const outage: { statusOf: (request: string) => number | undefined } = {
    statusOf: () => undefined,
  }
  let count = 0
  const nextId = (kind: string) => `${kind}_${String(++count).padStart(6, '0')}`
  const threadsOf = (request: Request) => threads.filter((thread) => isOwn(thread, request))
  const threadOf = (request: Request, id: string) =>
    threadsOf(request).find((thread) => thread.id === id)
  const missing = (what: string) => ({
    status: 404 as const,
    body: { error: 'not_found', message: `There is no such ${what}.` },
  })
  const server = initServer()

  const router = server.router(assistantCloudContract, {
    threads: {
      list: async ({ query, req }) => ({
        status: 200,
        body: { threads: pageOf(newestFirst(threadsOf(req)).filter(matches(query)), query) },
      }),
      create: async ({ body, req }) => {
        const known = threadsOf(req).find(
          ({ external_id }) => external_id !== null && external_id === body.external_id,
        )
        if (known && body.upsert === true) return { status: 200, body: { thread_id: known.id } }
        if (known) return { status: 409, body: { error: 'conflict', message: 'It exists.' } }
        const time = new Date().toISOString()
        const thread = {
          id: nextId('thread'),
          title: body.title ?? null,
          external_id: body.external_id ?? null,
          project_id: 'proj_1',
          workspace_id: workspaceOf(req),
          user_id: userOf(req),
          created_at: time,
          updated_at: time,
          last_message_at: new Date(body.last_message_at).toISOString(),
          is_archived: false,
          metadata: body.metadata,
        }
        threads.push(thread)
        return { status: 201, body: { thread_id: thread.id } }
      },
      claim: async () => ({ status: 200, body: { moved: 0 } }),
      get: async ({ params, req }) => {
        const thread = threadOf(req, params.thread_id)
        return thread ? { status: 200, body: { thread } } : missing('thread')
      },
      update: async ({ params, body, req }) => {
        const thread = threadOf(req, params.thread_id)
        if (!thread) return missing('thread')
        const { last_message_at: activity, ...change } = body
        Object.assign(thread, change, { updated_at: new Date().toISOString() })
        if (activity !== undefined) thread.last_message_at = new Date(activity).toISOString()
        return { status: 200, body: {} }
      },
      delete: async ({ params, req }) => {
        const thread = threadOf(req, params.thread_id)
        if (!thread) return missing('thread')
        threads.splice(threads.indexOf(thread), 1)
        return { status: 200, body: {} }
      },
    },
    messages: {
      list: async ({ params, query, req }) => {
        if (!threadOf(req, params.thread_id)) return missing('thread')
        const found = messages.filter(
          (message) =>
            message.thread_id === params.thread_id &&
            (query.format === undefined || message.format === query.format),
        )
        return { status: 200, body: { messages: pageOf(deepestFirst(found), query) } }
      },
      create: async ({ params, body, req }) => {
        if (!threadOf(req, params.thread_id)) return missing('thread')
        const parent = messages.find(({ id }) => id === body.parent_id)
        if (body.parent_id !== null && !parent) return missing('parent')
        const time = new Date().toISOString()
        const message = {
          id: nextId('msg'),
          thread_id: params.thread_id,
          parent_id: body.parent_id,
          height: parent === undefined ? 0 : parent.height + 1,
          created_at: time,
          updated_at: time,
          format: body.format,
          content: body.content,
          external_id: body.external_id ?? null,
        }
        messages.push(message)
        return { status: 201, body: { message_id: message.id } }
      },
      update: async ({ params, body, req }) => {
        const message = messages.find(({ id }) => id === params.message_id)
        if (!threadOf(req, params.thread_id) || !message) return missing('message')
        Object.assign(message, { content: body.content, updated_at: new Date().toISOString() })
        return { status: 200, body: {} }
      },
      delete: async ({ body }) => {
        for (const id of body.message_ids) {
          const at = messages.findIndex((message) => message.id === id)
          if (at !== -1) messages.splice(at, 1)
        }
        return { status: 200, body: {} }
      },
      feedback: async ({ body }) => ({
        status: 201,
        body: { feedback_id: nextId('feedback'), ...body },
      }),
    },
    runs: {
      stream: async ({ body }) => ({
        status: 200,
        body: streamedBody(async (response) => {
          if (body.assistant_id === titleAssistantId)
            return void response.type('text/plain').end('A title')
          response.set('content-type', 'text/event-stream')
          for (const chunk of replyChunks(`You asked ${body.messages.length} times.`))
            response.write(`data: ${JSON.stringify(chunk)}\n\n`)
          response.end('data: [DONE]\n\n')
        }),
      }),
      report: async () => ({ status: 201, body: { run_id: nextId('run') } }),
      score: async ({ body }) => ({
        status: 201,
        body: {
          score_id: nextId('score'),
          name: body.name,
          data_type: body.data_type,
          value: body.value === undefined ? null : Number(body.value),
          string_value: body.string_value ?? null,
        },
      }),
      events: async ({ body }) => ({ status: 202, body: { accepted: body.events.length } }),
    },
    auth: {
      anonymous: async () => ({ status: 200, body: createTokens() }),
      refresh: async () => ({ status: 200, body: createTokens() }),
      create: async () => ({ status: 200, body: { token: createJwt() } }),
    },
    files: {
      uploadUrl: async ({ body }) => ({
        status: 200,
        body: {
          success: true,
          signedUrl: `http://127.0.0.1/put/${body.filename}`,
          expiresAt: new Date(Date.now() + 60_000).toISOString(),
          publicUrl: `http://127.0.0.1/get/${body.filename}`,
          key: body.filename,
        },
      }),
      downloadUrl: async ({ body }) => ({
        status: 200,
        body: {
          signedUrl: 'http://127.0.0.1/get/file',
          expiresAt: new Date(Date.now() + 60_000).toISOString(),
          key: 'key' in body ? body.key : body.url,
        },
      }),
    },
    projects: {
      threads: async ({ query }) => ({
        status: 200,
        body: { threads: pageOf(newestFirst(threads).filter(matches(query)), query) },
      }),
      messages: async ({ params, query }) => ({
        status: 200,
        body: {
          messages: pageOf(
            deepestFirst(messages.filter((message) => message.thread_id === params.thread_id)),
            query,
          ),
        },
      }),
      // The hosted service has none of these.
      reports: async () => ({ status: 404, body: { error: 'not_found' } }),
      eraseUser: async () => ({ status: 404, body: { error: 'not_found' } }),
    },
  })

  const app = express()
  app.use(express.json())
  app.use((request, response, next) => {
    const line = `${request.method} ${request.originalUrl}`
    requests.push(line)
    const status = outage.statusOf(line)
    if (status === 0) return void request.socket.destroy()
    if (status !== undefined) return void response.status(status).json({ error: 'outage' })
    const isOpen = request.path.startsWith('/v1/auth/tokens/')
    if (isOpen || /^Bearer (sk_aui_proj_stand_in|ey.*)$/.test(request.get('authorization') ?? ''))
      return next()
    response.status(401).json({ error: 'unauthorized', message: 'Who are you?' })
  })
  createExpressEndpoints(assistantCloudContract, router, app, { responseValidation: true })
  const listening = createServer(app)
  await once(listening.listen(0, '127.0.0.1'), 'listening')
  const close = async () => {
    if (!listening.listening) return
    const closed = once(listening, 'close')
    listening.close()
    listening.closeAllConnections()
    await closed
  }
  const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
  return { url, threads, messages, requests, outage, close }
}

function workspaceOf(request: Request): string {
  return request.get('aui-workspace-id') ?? 'anonymous'
}

function userOf(request: Request): string {
  return request.get('aui-user-id') ?? 'anonymous'
}

function isOwn(thread: StoredThread, request: Request): boolean {
  return thread.workspace_id === workspaceOf(request) && thread.user_id === userOf(request)
}

function matches(query: { is_archived: boolean; external_id?: string | undefined }) {
  return (thread: StoredThread) =>
    thread.is_archived === query.is_archived &&
    (query.external_id === undefined || thread.external_id === query.external_id)
}

function newestFirst(threads: readonly StoredThread[]): StoredThread[] {
  return threads.toSorted(
    (a, b) => descending(a.last_message_at, b.last_message_at) || descending(a.id, b.id),
  )
}

function deepestFirst(messages: readonly StoredMessage[]): StoredMessage[] {
  return messages.toSorted(
    (a, b) =>
      b.height - a.height || descending(a.created_at, b.created_at) || descending(a.id, b.id),
  )
}

function descending(a: string, b: string): number {
  return a === b ? 0 : a < b ? 1 : -1
}

function pageOf<Row extends { id: string }>(
  rows: readonly Row[],
  { after, limit }: { after?: string | undefined; limit: number },
): Row[] {
  const begin = after === undefined ? 0 : rows.findIndex(({ id }) => id === after) + 1
  return rows.slice(begin, begin + limit)
}

function replyChunks(text: string): object[] {
  return [
    { type: 'start' },
    { type: 'text-start', id: '0' },
    { type: 'text-delta', id: '0', delta: text },
    { type: 'text-end', id: '0' },
    { type: 'finish' },
  ]
}

function createTokens() {
  const expires = new Date(Date.now() + 30 * 24 * 3_600_000).toISOString()
  return { access_token: createJwt(), refresh_token: { token: 'refresh', expires_at: expires } }
}

/** Nobody checks its signature here; the client reads when it expires. */
function createJwt(): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return [part({ alg: 'none' }), part({ exp: Math.floor(Date.now() / 1_000) + 300 }), 'x'].join('.')
}
