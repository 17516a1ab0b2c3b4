import { describe, expect, it } from 'vitest'
import { FrameBuffer } from './frame-buffer.ts'

const frame = `data: ${'x'.repeat(8_184)}\n\n`

describe('FrameBuffer', () => {
  it('gives every reader all bytes, also to one who joins late', async () => {
    const buffer = new FrameBuffer()
    const early = readAll(buffer.follow())
    for (let count = 0; count < 5; count++) {
      void buffer.append(`data: ${count} äöü 🙂\n\n`)
      await turn()
    }
    const late = readAll(buffer.follow())
    buffer.end()
    const text = [0, 1, 2, 3, 4].map((count) => `data: ${count} äöü 🙂\n\n`).join('')
    expect(await early).toBe(text)
    expect(await late).toBe(text)
    expect(await readAll(buffer.follow())).toBe(text)
  })

  it('gives what comes in one turn at once', async () => {
    const buffer = new FrameBuffer()
    const next = buffer.follow()[Symbol.asyncIterator]().next()
    void buffer.append('data: 1\n\n')
    void buffer.append('data: 2\n\n')
    expect(String((await next).value)).toBe('data: 1\n\ndata: 2\n\n')
  })

  it('makes the writer wait for a slow reader, and goes on when it has read', async () => {
    const buffer = new FrameBuffer()
    const reader = buffer.follow()[Symbol.asyncIterator]()
    const room = fill(buffer)
    expect(await isSettled(room)).toBe(false)
    await reader.next()
    await expect(room).resolves.toBeUndefined()
  })

  it('makes the writer wait for nobody where one keeps up, or the slow one leaves', async () => {
    const buffer = new FrameBuffer()
    const slow = buffer.follow()[Symbol.asyncIterator]()
    const room = fill(buffer)
    const quick = readAll(buffer.follow())
    await expect(room).resolves.toBeUndefined()
    buffer.end()
    await quick

    const other = new FrameBuffer()
    const leaving = other.follow()[Symbol.asyncIterator]()
    const otherRoom = fill(other)
    await leaving.return?.()
    await expect(otherRoom).resolves.toBeUndefined()
    expect(await slow.next()).toMatchObject({ done: false })
  })

  it('makes the writer wait for nobody where nobody reads', () => {
    const buffer = new FrameBuffer()
    for (let count = 0; count < 100; count++) expect(buffer.append(frame)).toBeUndefined()
  })

  it('throws rather than leave a gap to a reader who is too far behind', async () => {
    const buffer = new FrameBuffer()
    const slow = buffer.follow()[Symbol.asyncIterator]()
    for (let count = 0; count < 600; count++) void buffer.append(frame)
    await expect(slow.next()).rejects.toThrow('left behind')
  })
})

/** Appends until the buffer is crowded. */
function fill(buffer: FrameBuffer): Promise<void> {
  for (let count = 0; count < 20; count++) {
    const room = buffer.append(frame)
    if (room !== undefined) return room
  }
  throw new Error('the buffer did not fill')
}

async function readAll(frames: AsyncIterable<Uint8Array>): Promise<string> {
  const read: Uint8Array[] = []
  for await (const bytes of frames) read.push(bytes)
  return Buffer.concat(read).toString()
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  void promise.then(() => (settled = true))
  await turn()
  return settled
}
