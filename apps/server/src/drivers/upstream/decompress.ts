import { pipeline, type Readable, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { Dispatcher } from 'undici'

const decompressors: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/** An answer's body as it was before compression, which some servers use unasked. */
export function decompress({ headers, body }: Dispatcher.ResponseData): Readable {
  const decompressor = decompressors[String(headers['content-encoding'] ?? '').toLowerCase()]
  if (decompressor === undefined) return body
  // The error of either stream destroys both, and is found by who reads.
  return pipeline(body, decompressor(), () => undefined)
}
