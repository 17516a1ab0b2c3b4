import { AppError } from '../app-error.ts'

/**
 * The lines of a text that comes in pieces of bytes, without those that are empty.
 * @throws AppError `payload_too_large` where one is longer than `maxBytes`
 */
export async function* readLines(
  pieces: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<string> {
  let held: Buffer[] = []
  let size = 0
  for await (const piece of pieces) {
    let rest = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    for (let end = rest.indexOf(10); end !== -1; end = rest.indexOf(10)) {
      held.push(rest.subarray(0, end))
      yield* lineOf(held)
      rest = rest.subarray(end + 1)
      held = []
      size = 0
    }
    held.push(rest)
    size += rest.length
    if (size > maxBytes)
      throw new AppError('payload_too_large', `A line may have ${maxBytes} bytes at most.`)
  }
  yield* lineOf(held)
}

function* lineOf(pieces: Buffer[]): Generator<string> {
  const line = Buffer.concat(pieces).toString().trim()
  if (line !== '') yield line
}
