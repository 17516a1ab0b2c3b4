import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import type { ChatMessage } from '@assistant-ui-proxy/contract'
import { AppError, storageUnavailable } from '../app-error.ts'
import type { ArchivedFile } from '../archive/archive-record.ts'
import { ownIdFor } from '../identity/own-id.ts'
import type { Owner } from '../identity/owner.ts'
import type { FileRecord, FileRecords } from './file-records.ts'
import type { FileStore } from './file-store.ts'
import { inlineFiles } from './inline-files.ts'

/** So many rows at a time: somebody may have more than fit one statement. */
const filesPerRemoval = 200

export interface FileServiceOptions {
  readonly records: FileRecords
  readonly store: FileStore
  readonly maxBytes: number
  readonly types: readonly string[]
}

/** A file as it is on its way in. */
export interface Upload {
  readonly bytes: Readable
  /** Without parameters. */
  readonly mediaType: string
  /** As the sender announces it. */
  readonly size: number | undefined
}

export type KeptFile = FileRecord & { readonly upload: NonNullable<FileRecord['upload']> }

/** Files that people attach to what they say. */
export class FileService {
  readonly #options: FileServiceOptions

  constructor(options: FileServiceOptions) {
    this.#options = options
  }

  /** @returns the id under which the file may be brought */
  async announce(owner: Owner, filename: string): Promise<string> {
    const id = randomUUID()
    const createdAt = new Date().toISOString()
    await this.#options.records.add({ id, owner, filename, createdAt })
    return id
  }

  /**
   * Takes a file that was announced: all of it, or nothing is kept.
   * @throws AppError `file_not_found`, `id_taken`, `unsupported_media_type`, `payload_too_large`,
   *   `invalid_request` where it ends early
   */
  async take(id: string, { bytes, mediaType, size }: Upload): Promise<void> {
    const { records, store, types, maxBytes } = this.#options
    const record = await records.find(undefined, id)
    if (record === undefined) throw noFile()
    if (record.upload) throw isThere()
    if (!types.includes(mediaType))
      throw new AppError(
        'unsupported_media_type',
        `Files may be of these types: ${types.join(', ')}.`,
      )
    if (size !== undefined && size > maxBytes) throw tooLarge(maxBytes)
    const folder = await mkdtemp(join(tmpdir(), 'assistant-ui-proxy-upload-'))
    try {
      const path = join(folder, 'file')
      const taken = await writeTo(path, bytes, maxBytes)
      // Else the bytes of one upload could be kept with the size of another.
      if (!(await records.claim(id, mediaType))) throw isThere()
      try {
        await store.keep(id, path, mediaType)
      } catch (error) {
        await records.release(id)
        throw error
      }
      if (await records.complete(id, taken)) return
      // The user is gone by now.
      await store.delete(id)
      throw noFile()
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  /**
   * @param owner undefined: a signed URL says that it may be had
   * @throws AppError `file_not_found`
   */
  async find(owner: Owner | undefined, id: string): Promise<KeptFile> {
    // No id has a NUL, and PostgreSQL fails where it is asked for one.
    const record = id.includes('\0') ? undefined : await this.#options.records.find(owner, id)
    if (record?.upload === undefined) throw noFile()
    return { ...record, upload: record.upload }
  }

  /** @throws AppError `file_not_found` */
  async read(id: string): Promise<Readable> {
    const bytes = await this.#options.store.read(id)
    if (bytes === undefined) throw noFile()
    return bytes
  }

  /**
   * Puts the owner's files into the messages: a model cannot fetch them from here.
   * @throws AppError `payload_too_large`
   */
  inline(owner: Owner, messages: readonly ChatMessage[]): Promise<readonly ChatMessage[]> {
    return inlineFiles(this.#options, owner, messages)
  }

  /** All that are there, in the order of their ids. */
  async *export(owner: Owner): AsyncGenerator<ArchivedFile> {
    for (const id of (await this.#options.records.listOf(owner)).toSorted()) {
      const record = await this.#options.records.find(owner, id)
      const bytes = record?.upload && (await this.#options.store.read(id))
      if (record?.upload === undefined || bytes === undefined) continue
      yield {
        type: 'file',
        id,
        filename: record.filename,
        media_type: record.upload.mediaType,
        created_at: record.createdAt,
        base64: (await buffer(bytes)).toString('base64'),
      }
    }
  }

  /**
   * @returns the id that it has here, and whether it was not there before
   * @throws AppError as `take` does
   */
  async import(owner: Owner, file: ArchivedFile): Promise<{ id: string; isNew: boolean }> {
    const { filename, created_at: createdAt, media_type: mediaType } = file
    const { records } = this.#options
    const ownId = ownIdFor(owner, file.id)
    const known = (await records.find(owner, file.id)) ?? (await records.find(owner, ownId))
    if (known?.upload) return { id: known.id, isNew: false }
    // Nobody learns from this that the id is another owner's.
    const isTaken = known === undefined && (await records.find(undefined, file.id)) !== undefined
    const id = known?.id ?? (isTaken ? ownId : file.id)
    if (known === undefined) await records.add({ id, owner, filename, createdAt })
    const bytes = Buffer.from(file.base64, 'base64')
    await this.take(id, { bytes: Readable.from([bytes]), mediaType, size: bytes.length })
    return { id, isNew: true }
  }

  /** Removes those that were announced so long ago that nobody can bring them any more. */
  removeAbandoned(before: Date): Promise<number> {
    const { records } = this.#options
    return this.#remove((limit) => records.listAbandoned(before.toISOString(), limit))
  }

  async removeAll(owner: Owner): Promise<void> {
    await this.#remove((limit) => this.#options.records.listOf(owner, limit))
  }

  /**
   * The bytes first: what is left of a removal that broke off is removed with the next.
   * @param list gives some of those that are left
   * @returns how many there were
   */
  async #remove(list: (limit: number) => Promise<string[]>): Promise<number> {
    const { records, store } = this.#options
    for (let count = 0; ;) {
      const ids = await list(filesPerRemoval)
      if (ids.length === 0) return count
      for (const id of ids) await store.delete(id)
      await records.remove(ids)
      count += ids.length
    }
  }
}

/** @returns how many bytes there were */
async function writeTo(path: string, bytes: Readable, maxBytes: number): Promise<number> {
  let size = 0
  async function* counted(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      size += chunk.length
      if (size > maxBytes) throw tooLarge(maxBytes)
      yield chunk
    }
  }
  try {
    await pipeline(bytes, counted, createWriteStream(path))
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    // Of the file that is written; what brings the bytes just breaks off.
    if (cause instanceof Error && 'syscall' in cause) throw storageUnavailable(cause)
    if (bytes.errored || !bytes.readableEnded)
      throw new AppError('invalid_request', 'The file ended early.', { cause })
    throw cause
  }
  return size
}

function isThere(): AppError {
  return new AppError('id_taken', 'The file is there already, or being brought.')
}

function noFile(): AppError {
  return new AppError('file_not_found', 'There is no such file.')
}

function tooLarge(maxBytes: number): AppError {
  return new AppError('payload_too_large', `A file may have ${maxBytes} bytes at most.`)
}
