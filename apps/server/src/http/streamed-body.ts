import { Stream } from 'node:stream'
import type { Response } from 'express'
import { requestLogOf } from './request-context.ts'

/**
 * A response body that writes itself. The ts-rest adapter leaves an answer alone, headers included,
 * where its body is a `Stream`: it calls `pipe` and does no more. A `Readable` will not do, since it
 * sets no headers, its error would end the process, and it is not told of a client that leaves.
 * Where `write` rejects, the connection is cut, so that the answer does not pass for whole.
 */
export function streamedBody(write: (response: Response) => Promise<void>): never {
  return new StreamedBody(write) as never
}

class StreamedBody extends Stream {
  readonly #write: (response: Response) => Promise<void>

  constructor(write: (response: Response) => Promise<void>) {
    super()
    this.#write = write
  }

  override pipe<T extends NodeJS.WritableStream>(destination: T): T {
    const response = destination as unknown as Response
    this.#write(response).catch((error: unknown) => {
      requestLogOf(response).error({ err: error }, 'an answer broke off')
      response.destroy()
    })
    return destination
  }
}
