import { pipeline, Readable, type Duplex } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { Request } from 'express'
import { AppError } from '../app-error.ts'

const decoders = new Map<string, () => Duplex>([
  ['gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
])

/**
 * A body as it comes, in pieces of some 64 KB, decompressed. Where the rest of it is not wanted, it is
 * read off all the same: a client hears the answer of a connection that stays.
 * @throws AppError `payload_too_large`, `unsupported_media_type`, `invalid_request` where it breaks off
 */
export async function* bytesOf(request: Request, maxBytes = Infinity): AsyncGenerator<Uint8Array> {
  if (Number(request.get('content-length')) > maxBytes) throw tooLarge(maxBytes)
  let size = 0
  try {
    for await (const bytes of decode(request)) {
      size += bytes.length
      if (size > maxBytes) throw tooLarge(maxBytes, 'What came before that is taken.')
      yield bytes
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    const why = request.errored ? 'ended early' : 'is not what its content-encoding says'
    throw new AppError('invalid_request', `The body ${why}.`, { cause })
  } finally {
    request.resume()
  }
}

function decode(request: Request): AsyncIterable<Uint8Array> {
  const bytes = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>
  const coding = request.get('content-encoding')?.toLowerCase() ?? 'identity'
  if (coding === 'identity') return bytes
  const decoder = decoders.get(coding)?.()
  if (decoder === undefined)
    throw new AppError('unsupported_media_type', 'Send UTF-8, plain or compressed with gzip.')
  // Who reads the decoder is told of a failure.
  return pipeline(Readable.from(bytes), decoder, () => undefined)
}

function tooLarge(maxBytes: number, more = ''): AppError {
  const words = `The body may have ${maxBytes / 1_000_000} MB at most. ${more}`
  return new AppError('payload_too_large', words.trim())
}
