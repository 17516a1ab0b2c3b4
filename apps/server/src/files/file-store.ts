import type { Readable } from 'node:stream'

/** Keeps the bytes of files. All throw AppError `storage_unavailable` where they cannot. */
export interface FileStore {
  /** Takes over a whole file on this machine. Resolves when it is kept, under this id, and only then. */
  keep(id: string, path: string, mediaType: string): Promise<void>
  /** @returns undefined where there is none */
  read(id: string): Promise<Readable | undefined>
  /** Also where there is none. */
  delete(id: string): Promise<void>
}
