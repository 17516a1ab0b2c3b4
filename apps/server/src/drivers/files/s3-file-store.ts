import { openAsBlob } from 'node:fs'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { AwsClient } from 'aws4fetch'
import { storageUnavailable } from '../../app-error.ts'
import type { FileStore } from '../../files/file-store.ts'

export interface S3Options {
  /** Of the bucket, such as `https://s3.example.com/files`, without a slash at the end. */
  readonly url: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly region: string
}

/** Of what the store answers with 5xx or 429, within 2 s. */
const maxRetries = 5

/** Files in a bucket of any S3-compatible store, which several servers share. */
export class S3FileStore implements FileStore {
  readonly #client: AwsClient
  readonly #url: string
  readonly #timeoutMs: number

  /** @param timeoutMs until the store answers, what it is sent included */
  constructor({ url, region, ...keys }: S3Options, { timeoutMs = 60_000 } = {}) {
    this.#url = url
    this.#timeoutMs = timeoutMs
    this.#client = new AwsClient({ ...keys, region, service: 's3', retries: maxRetries })
  }

  async keep(id: string, path: string, mediaType: string): Promise<void> {
    const body = await openAsBlob(path, { type: mediaType })
    const headers = { 'content-type': mediaType, 'content-length': String(body.size) }
    const { status } = await this.#ask('PUT', id, { headers, body })
    if (status === 404) throw storageUnavailable(new Error('the file store has no such bucket'))
  }

  async read(id: string): Promise<Readable | undefined> {
    const { status, body } = await this.#ask('GET', id)
    return status === 404 || body === null ? undefined : Readable.fromWeb(body as ReadableStream)
  }

  async delete(id: string): Promise<void> {
    await this.#ask('DELETE', id)
  }

  /**
   * The answer's body may take as long as its reader does; `fetch` itself ends it after five minutes
   * in which the store sends nothing.
   * @throws AppError `storage_unavailable` where the store answers anything but that it did, or has no
   *   such file
   */
  async #ask(method: string, id: string, init: RequestInit = {}): Promise<Response> {
    const controller = new AbortController()
    const { signal } = controller
    const late = new Error(`the file store did not answer ${method} within ${this.#timeoutMs} ms`)
    const timer = setTimeout(() => controller.abort(late), this.#timeoutMs)
    const response = await this.#client
      .fetch(`${this.#url}/${id}`, { ...init, method, signal })
      .catch((error: unknown) => {
        throw storageUnavailable(error)
      })
      .finally(() => clearTimeout(timer))
    if (response.ok) return response
    await response.body?.cancel()
    if (response.status === 404) return response
    throw storageUnavailable(new Error(`the file store answered ${method} with ${response.status}`))
  }
}
