import { createReadStream } from 'node:fs'
import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { once } from 'node:events'
import { storageUnavailable } from '../../app-error.ts'
import type { FileStore } from '../../files/file-store.ts'

/** Files in a folder of this machine, under their ids. */
export class DiskFileStore implements FileStore {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async keep(id: string, path: string): Promise<void> {
    const partial = `${this.#pathOf(id)}.partial`
    try {
      await mkdir(this.#folder, { recursive: true })
      // The folder for uploads may be on another disk, from which nothing can be renamed.
      await copyFile(path, partial)
      const file = await open(partial)
      await file.sync().finally(() => file.close())
      await rename(partial, this.#pathOf(id))
    } catch (error) {
      await rm(partial, { force: true }).catch(() => undefined)
      throw storageUnavailable(error)
    }
  }

  async read(id: string): Promise<Readable | undefined> {
    const stream = createReadStream(this.#pathOf(id))
    try {
      await once(stream, 'open')
      return stream
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw storageUnavailable(error)
    }
  }

  async delete(id: string): Promise<void> {
    await rm(this.#pathOf(id), { force: true }).catch((error: unknown) => {
      throw storageUnavailable(error)
    })
  }

  /** Ids are this server's own: there is nothing in them that leads elsewhere. */
  #pathOf(id: string): string {
    return join(this.#folder, id)
  }
}
