import {
  assistantCloudContract,
  idSchema,
  textOfParts,
  titleAssistantId,
} from '@assistant-ui-proxy/contract'
import { initServer } from '@ts-rest/express'
import { AppError } from '../app-error.ts'
import type { RunService } from '../chat/run-service.ts'
import { assertProject, ownerOf, workspaceOf } from '../http/authentication.ts'
import type { FileService } from '../files/file-service.ts'
import { fileIdOf, filePath } from '../files/file-url.ts'
import type { SignedUrls } from '../files/signed-urls.ts'
import { eventStream } from '../http/event-stream.ts'
import { leaveSignal } from '../http/leave-signal.ts'
import { serverUrlOf } from '../http/server-url.ts'
import type { AnonymousService, Tokens } from '../identity/anonymous-service.ts'
import type { AccessTokens } from '../identity/access-tokens.ts'
import type { ThreadService } from '../threads/thread-service.ts'
import type { TitleService } from '../threads/title-service.ts'
import type { CloudService } from './cloud-service.ts'
import type { ReportService } from './report-service.ts'
import { readRunMessages } from './run-messages.ts'

interface CloudServices {
  readonly cloud: CloudService
  readonly reports: ReportService
  readonly threads: ThreadService
  readonly titles: TitleService
  readonly runs: RunService
  /** Undefined where nobody is let in without an account. */
  readonly anonymous: AnonymousService | undefined
  readonly accessTokens: AccessTokens
  readonly files: FileService
  readonly fileUrls: SignedUrls
  /** Undefined: where it was asked. */
  readonly publicUrl: string | undefined
  readonly keepAliveMs: number
}

/** The wire of Assistant Cloud, for its unchanged clients. */
export function createCloudRoutes(services: CloudServices) {
  const { cloud, reports, threads, titles, runs, files, fileUrls } = services
  const { accessTokens, keepAliveMs } = services
  const s = initServer()
  const { router } = s

  const threadRoutes = router(assistantCloudContract.threads, {
    list: async ({ query, res }) => ({
      status: 200,
      body: { threads: await cloud.listThreads(ownerOf(res), query) },
    }),
    create: async ({ body, res }) => {
      const { id, isNew } = await cloud.createThread(ownerOf(res), body)
      return { status: isNew ? 201 : 200, body: { thread_id: id } }
    },
    claim: async ({ body, res }) => ({
      status: 200,
      body: { moved: await anonymousOf(services).claim(ownerOf(res), body.refresh_token) },
    }),
    get: async ({ params, res }) => ({
      status: 200,
      body: { thread: await cloud.getThread(ownerOf(res), params.thread_id) },
    }),
    update: async ({ params, body, res }) => {
      await cloud.updateThread(ownerOf(res), params.thread_id, body)
      return { status: 200, body: {} }
    },
    delete: async ({ params, res }) => {
      await threads.delete(ownerOf(res), params.thread_id)
      return { status: 200, body: {} }
    },
  })

  const messageRoutes = router(assistantCloudContract.messages, {
    list: async ({ params, query, res }) => ({
      status: 200,
      body: { messages: await cloud.listMessages(ownerOf(res), params.thread_id, query) },
    }),
    create: async ({ params, body, res }) => {
      const { id, isNew } = await cloud.addMessage(ownerOf(res), params.thread_id, body)
      return { status: isNew ? 201 : 200, body: { message_id: id } }
    },
    update: async ({ params, body, res }) => {
      await cloud.updateMessage(ownerOf(res), params.thread_id, params.message_id, body.content)
      return { status: 200, body: {} }
    },
    delete: async ({ params, body, res }) => {
      await cloud.deleteMessages(ownerOf(res), params.thread_id, body.message_ids)
      return { status: 200, body: {} }
    },
    feedback: async ({ params, body, res }) => ({
      status: 201,
      body: await reports.addFeedback(ownerOf(res), params.thread_id, params.message_id, body),
    }),
  })

  const runRoutes = router(assistantCloudContract.runs, {
    stream: async ({ body, res }) => {
      const messages = readRunMessages(body.messages)
      const signal = leaveSignal(res)
      if (body.assistant_id !== titleAssistantId) {
        const frames = await runs.start(ownerOf(res), { messages }, { signal })
        return { status: 200, body: eventStream(frames, keepAliveMs) }
      }
      const question = messages.find(({ role }) => role === 'user')
      const asked = question && textOfParts(question.parts)
      const title = await titles.generate(ownerOf(res), body.thread_id, signal, asked)
      // Nothing at all would blank the title that the client shows.
      return { status: 200, body: title ?? untitled }
    },
    report: async ({ body, res }) => ({
      status: 201,
      body: { run_id: await reports.addRun(ownerOf(res), body) },
    }),
    score: async ({ body, res }) => ({
      status: 201,
      body: await reports.addScore(ownerOf(res), body),
    }),
    events: async ({ body, res }) => {
      await reports.addEvents(ownerOf(res), body)
      return { status: 202, body: { accepted: body.events.length } }
    },
  })

  const authRoutes = router(assistantCloudContract.auth, {
    anonymous: async () => ({
      status: 200,
      body: tokensToWire(await anonymousOf(services).signIn()),
    }),
    refresh: async ({ body }) => ({
      status: 200,
      body: tokensToWire(await anonymousOf(services).refresh(body.refresh_token)),
    }),
    create: async ({ res }) => {
      assertProject(res)
      return { status: 200, body: { token: await accessTokens.issue(ownerOf(res)) } }
    },
  })

  const projectRoutes = router(assistantCloudContract.projects, {
    threads: async ({ query, res }) => {
      assertProject(res)
      return { status: 200, body: { threads: await cloud.listThreads(undefined, query) } }
    },
    messages: async ({ params, query, res }) => {
      assertProject(res)
      const owner = await cloud.findOwner(params.thread_id)
      const messages = await cloud.listMessages(owner, params.thread_id, query)
      return { status: 200, body: { messages } }
    },
    reports: async ({ query, res }) => {
      assertProject(res)
      return { status: 200, body: { reports: await reports.list(query) } }
    },
    eraseUser: async ({ params, res }) => {
      assertProject(res)
      const owner = { workspaceId: workspaceOf(res), userId: params.user_id }
      await files.removeAll(owner)
      return { status: 200, body: { threads: await cloud.erase(owner) } }
    },
  })

  const fileRoutes = router(assistantCloudContract.files, {
    uploadUrl: async ({ body, req, res }) => {
      const id = await files.announce(ownerOf(res), body.filename)
      const url = serverUrlOf(services.publicUrl, req) + filePath(id)
      const publicUrl = fileUrls.signForGood(id, url)
      const signed = fileUrls.sign('PUT', id, url)
      return { status: 200, body: { success: true, ...signed, publicUrl, key: id } }
    },
    downloadUrl: async ({ body, req, res }) => {
      const named = 'key' in body ? body.key : fileIdOf(body.url)
      // What is no id of this server's names no file.
      const id = idSchema.safeParse(named).data ?? ''
      await files.find(ownerOf(res), id)
      const url = serverUrlOf(services.publicUrl, req) + filePath(id)
      return { status: 200, body: { ...fileUrls.sign('GET', id, url), key: id } }
    },
  })

  return {
    threads: threadRoutes,
    messages: messageRoutes,
    runs: runRoutes,
    auth: authRoutes,
    files: fileRoutes,
    projects: projectRoutes,
  }
}

const untitled = 'New chat'

function anonymousOf({ anonymous }: CloudServices): AnonymousService {
  if (anonymous !== undefined) return anonymous
  throw new AppError('forbidden', 'Nobody is let in here without an account: sign in.')
}

function tokensToWire({ accessToken, refreshToken, expiresAt }: Tokens) {
  return {
    access_token: accessToken,
    refresh_token: { token: refreshToken, expires_at: expiresAt },
  }
}
