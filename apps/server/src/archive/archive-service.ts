import { setImmediate } from 'node:timers/promises'
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
import { readConversation } from './chat-gpt.ts'
import { notValid, readRecord } from './read-record.ts'
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

/** A thread of an archive whose lines are being read. */
interface OpenThread {
  readonly thread: ArchivedThread
  readonly messages: ArchivedMessage[]
  readonly ids: Set<string>
  /** Of its messages' lines. */
  length: number
}

const threadsPerPage = 100

/** All that an owner has, out and in again. */
export class ArchiveService {
  readonly #store: ArchiveStore
  readonly #files: FileService
  readonly #maxThreadLength: number

  /** @param maxThreadLength characters of a thread's messages, which are held until all are there */
  constructor(store: ArchiveStore, files: FileService, { maxThreadLength = 200_000_000 } = {}) {
    this.#store = store
    this.#files = files
    this.#maxThreadLength = maxThreadLength
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
        yield withParentsThatAreThere(messages).map(lineOf).join('')
      }
      after = threads.at(-1)?.id
      if (threads.length < threadsPerPage) break
    }
    for await (const reports of this.#store.listReports(owner)) {
      yield reports.map(lineOf).join('')
      // As with an import: others have their turns in between.
      await setImmediate()
    }
  }

  /**
   * Takes the lines of an export. Each thread is taken whole or not at all; what is there already stays.
   * @param linkTo the URL of a file of this server
   * @throws AppError `invalid_request` with the line that is not valid, `payload_too_large` for a
   *   thread; what came before it is taken
   */
  async import(
    owner: Owner,
    lines: AsyncIterable<string>,
    linkTo: (fileId: string) => string,
  ): Promise<ImportResult> {
    const result = { ...nothing }
    const links = new Map<string, string>()
    let open: OpenThread | undefined
    const close = async () => {
      if (open !== undefined) await this.#addThread(owner, open.thread, open.messages, result)
      open = undefined
    }
    let number = 0
    for await (const line of lines) {
      number++
      if (number === 1) {
        readRecord(headerSchema, line, number)
        continue
      }
      const record: ArchiveRecord = readRecord(recordSchema, line, number)
      if (record.type === 'message') {
        if (open?.thread.id !== record.thread_id)
          throw notValid(number, 'the message does not follow its thread')
        // Else messages could lead back to themselves, and who follows them would never end.
        if (record.parent_id !== null && !open.ids.has(record.parent_id))
          throw notValid(number, 'its parent_id names no message before it in its thread')
        open.length += line.length
        if (open.length > this.#maxThreadLength) throw tooLarge(number, this.#maxThreadLength)
        open.ids.add(record.id)
        open.messages.push(relink(record, links))
        continue
      }
      await close()
      if (record.type === 'thread')
        open = { thread: record, messages: [], ids: new Set(), length: 0 }
      else if (record.type === 'report')
        count(result, 'reports', await this.#store.addReport(owner, record))
      else {
        const id = await this.#addFile(owner, record, result)
        if (id !== undefined) links.set(record.id, linkTo(id))
      }
      // Many lines come at once: others have their turns in between.
      await setImmediate()
    }
    if (number === 0) throw notValid(1, 'there is none')
    await close()
    return result
  }

  /**
   * @param conversations those of ChatGPT's `conversations.json`
   * @throws AppError `invalid_request`; what came before it is taken
   */
  async importChatGpt(owner: Owner, conversations: AsyncIterable<unknown>): Promise<ImportResult> {
    const result = { ...nothing }
    let index = 0
    for await (const conversation of conversations) {
      const { thread, messages } = await readConversation(conversation, index++)
      await this.#addThread(owner, thread, messages, result)
      // Many may be read at once: others have their turns in between.
      await setImmediate()
    }
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

/** An import refuses a message that follows none of the archive. */
function withParentsThatAreThere(messages: readonly ArchivedMessage[]): ArchivedMessage[] {
  const ids = new Set<string | null>()
  return messages.map((message) => {
    const parent_id = ids.has(message.parent_id) ? message.parent_id : null
    ids.add(message.id)
    return { ...message, parent_id }
  })
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

function tooLarge(line: number, maxThreadLength: number): AppError {
  return new AppError(
    'payload_too_large',
    `Line ${line} of the archive is too much: the messages of a thread may have ${maxThreadLength} characters together. Take this thread out. What came before it is taken.`,
  )
}
