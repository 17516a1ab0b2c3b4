import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'

const decompressors: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/**
 * What makes an answer's body what it was before compression, which some servers use unasked.
 * @param encoding the header `content-encoding`
 * @returns undefined where there is none
 */
export function createDecompressor(encoding: string | undefined): Transform | undefined {
  return decompressors[encoding?.toLowerCase() ?? '']?.()
}
