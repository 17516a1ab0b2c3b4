import type { Owner } from '../identity/owner.ts'

/** A file that somebody has brought, or is about to. */
export interface FileRecord {
  readonly id: string
  readonly owner: Owner
  readonly filename: string
  readonly createdAt: string
  /** Undefined: its bytes are not there yet. */
  readonly upload: { readonly mediaType: string; readonly size: number } | undefined
}

/** Knows whose files there are. */
export interface FileRecords {
  add(file: Omit<FileRecord, 'upload'>): Promise<void>
  /** @param owner undefined: whoever's it is, since a signed URL says so */
  find(owner: Owner | undefined, id: string): Promise<FileRecord | undefined>
  /** Lets one upload, of several at a time, go on. @returns whether it is there, and nobody else's to bring */
  claim(id: string, mediaType: string): Promise<boolean>
  /** Lets another upload try. */
  release(id: string): Promise<void>
  /** The bytes of a claimed file are kept. @returns whether it is still there */
  complete(id: string, size: number): Promise<boolean>
  /** Ids of those that were begun before, and never brought: some of them. */
  listAbandoned(before: string, limit: number): Promise<string[]>
  /** @param limit so many are enough */
  listOf(owner: Owner, limit?: number): Promise<string[]>
  remove(ids: readonly string[]): Promise<void>
}
