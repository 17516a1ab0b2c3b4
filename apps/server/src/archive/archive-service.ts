import type { z } from 'zod'
import { AppError } from '../app-error.ts'
import type { FileService } from '../files/file-service.ts'
import type { Owner } from '../identity/owner.ts'
import {
  headerSchema,
  recordSchema,
  type ArchivedFile,
  type ArchivedMessage,
  type ArchivedThread,
  type ArchiveRecord,
} from './archive-record.ts'
import type { ArchiveStore } from './archive-store.ts'
import { conversationsOfChatGpt } from './chat-gpt.ts'
import { relink } from './relink.ts'

/** What an import has taken. */
export interface ImportResult {
  threads: number
  messages: number
  reports: number
  files: number
  /** Threads, reports and files that are there already, or whose ids are in use. */
  skipped: number
  /** Files that this server does not take, for their type or their size. */
  refused: number
}

const nothing: ImportResult = {
  threads: 0,
  messages: 0,
  reports: 0,
  files: 0,
  skipped: 0,
  refused: 0,
}

const threadsPerPage = 100

/** All that an owner has, out and in again. */
export class ArchiveService {
  readonly #store: ArchiveStore
  readonly #files: FileService

  constructor(store: ArchiveStore, files: FileService) {
    this.#store = store
    this.#files = files
  }

  /** Lines of JSON, each with its end. */
  async *export(owner: Owner): AsyncGenerator<string> {
    yield lineOf({ type: 'archive', version: 1 })
    for await (const file of this.#files.export(owner)) yield lineOf(file)
    for (let after: string | undefined; ;) {
      const threads = await this.#store.listThreads(owner, after, threadsPerPage)
      for (const thread of threads) {
        yield lineOf(thread)
        const messages = await this.#store.listMessages(owner, thread.id)
        yield messages.map(lineOf).join('')
      }
      after = threads.at(-1)?.id
      if (threads.length < threadsPerPage) break
    }
    for (const report of await this.#store.listReports(owner)) yield lineOf(report)
  }

  /**
   * Takes the lines of an export. Each thread is taken whole or not at all; what is there already stays.
   * @param linkTo the URL of a file of this server
   * @throws AppError `invalid_request` with the line that is not valid; what came before it is taken
   */
  async import(
    owner: Owner,
    lines: AsyncIterable<string>,
    linkTo: (fileId: string) => string,
  ): Promise<ImportResult> {
    const result = { ...nothing }
    const links = new Map<string, string>()
    let open: { thread: ArchivedThread; messages: ArchivedMessage[] } | undefined
    const close = async () => {
      if (open !== undefined) await this.#addThread(owner, open.thread, open.messages, result)
      open = undefined
    }
    let number = 0
    for await (const line of lines) {
      number++
      if (number === 1) {
        readLine(headerSchema, line, number)
        continue
      }
      const record: ArchiveRecord = readLine(recordSchema, line, number)
      if (record.type === 'message') {
        if (open?.thread.id !== record.thread_id)
          throw notValid(number, 'the message does not follow its thread')
        open.messages.push(relink(record, links))
        continue
      }
      await close()
      if (record.type === 'thread') open = { thread: record, messages: [] }
      else if (record.type === 'report')
        count(result, 'reports', await this.#store.addReport(owner, record))
      else {
        const id = await this.#addFile(owner, record, result)
        if (id !== undefined) links.set(record.id, linkTo(id))
      }
    }
    if (number === 0) throw notValid(1, 'there is none')
    await close()
    return result
  }

  /** @param conversations ChatGPT's `conversations.json` @throws AppError `invalid_request` */
  async importChatGpt(owner: Owner, conversations: unknown): Promise<ImportResult> {
    const result = { ...nothing }
    for (const { thread, messages } of conversationsOfChatGpt(conversations))
      await this.#addThread(owner, thread, messages, result)
    return result
  }

  async #addThread(
    owner: Owner,
    thread: ArchivedThread,
    messages: readonly ArchivedMessage[],
    result: ImportResult,
  ): Promise<void> {
    const isTaken = await this.#store.addThread(owner, thread, messages)
    count(result, 'threads', isTaken)
    if (isTaken) result.messages += messages.length
  }

  /** @returns the id that it has here; undefined where it is not taken */
  async #addFile(
    owner: Owner,
    file: ArchivedFile,
    result: ImportResult,
  ): Promise<string | undefined> {
    try {
      const { id, isNew } = await this.#files.import(owner, file)
      count(result, 'files', isNew)
      return id
    } catch (error) {
      if (!isRefusal(error)) throw error
      result.refused++
      return undefined
    }
  }
}

function count(result: ImportResult, kind: 'threads' | 'reports' | 'files', isTaken: boolean) {
  if (isTaken) result[kind]++
  else result.skipped++
}

function isRefusal(error: unknown): boolean {
  const code = error instanceof AppError ? error.problem.code : undefined
  return code === 'unsupported_media_type' || code === 'payload_too_large'
}

function lineOf(record: object): string {
  return `${JSON.stringify(record)}\n`
}

function readLine<Schema extends z.ZodType>(
  schema: Schema,
  line: string,
  number: number,
): z.output<Schema> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw notValid(number, 'it is not JSON')
  }
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw notValid(number, `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim())
}

function notValid(line: number, why: string): AppError {
  return new AppError(
    'invalid_request',
    `Line ${line} of the archive is not valid: ${why}. What came before it is taken.`,
  )
}
