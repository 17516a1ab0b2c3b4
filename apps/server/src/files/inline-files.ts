import { buffer } from 'node:stream/consumers'
import type { ChatMessage } from '@assistant-ui-proxy/contract'
import { AppError } from '../app-error.ts'
import type { Owner } from '../identity/owner.ts'
import type { FileRecords } from './file-records.ts'
import type { FileStore } from './file-store.ts'
import { fileIdOf } from './file-url.ts'

/** What a model is sent with one question, unless a single file may have more. */
const maxInlinedBytes = 50_000_000

interface Files {
  readonly records: FileRecords
  readonly store: FileStore
  /** Of one file. */
  readonly maxBytes: number
}

type Part = ChatMessage['parts'][number]

/** What takes the place of a file's address. */
interface InlinedFile {
  readonly mediaType: string
  readonly filename: string
  readonly url: string
}

/**
 * The messages with the owner's files in them, each read once, one after another.
 * @throws AppError `payload_too_large` where they are too much for one question: nothing is read then
 */
export async function inlineFiles(
  files: Files,
  owner: Owner,
  messages: readonly ChatMessage[],
): Promise<readonly ChatMessage[]> {
  const named = messages.flatMap(({ parts }) => parts.flatMap((part) => idOf(part) ?? []))
  if (named.length === 0) return messages
  const inlined = new Map<string, InlinedFile>()
  for (const { id, filename, mediaType } of await findAll(files, owner, named)) {
    const bytes = await files.store.read(id)
    if (bytes === undefined) continue
    const base64 = (await buffer(bytes)).toString('base64')
    inlined.set(id, { mediaType, filename, url: `data:${mediaType};base64,${base64}` })
  }
  const inline = (part: Part): Part => {
    const file = inlined.get(idOf(part) ?? '')
    if (file === undefined || part.type !== 'file') return part
    return { ...part, ...file, filename: part.filename ?? file.filename }
  }
  return messages.map((message) => ({ ...message, parts: message.parts.map(inline) }))
}

/** @param named ids, each as often as the model is sent its file */
async function findAll({ records, maxBytes }: Files, owner: Owner, named: readonly string[]) {
  const most = Math.max(maxInlinedBytes, maxBytes)
  const found = []
  let size = 0
  for (const [id, { length: times }] of Map.groupBy(named, (each) => each)) {
    const record = await records.find(owner, id)
    if (record?.upload === undefined) continue
    size += record.upload.size * times
    if (size > most)
      throw new AppError(
        'payload_too_large',
        `The files of a conversation may have ${most} bytes together: attach fewer or smaller ones, or begin a new thread.`,
      )
    found.push({ id, filename: record.filename, mediaType: record.upload.mediaType })
  }
  return found
}

function idOf(part: Part): string | undefined {
  if (part.type !== 'file' || part.url.startsWith('data:')) return undefined
  return fileIdOf(part.url)
}
