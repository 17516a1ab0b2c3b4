import { encodeChunks } from '@assistant-ui-proxy/contract'
import { describe, expect, it } from 'vitest'
import type { RunLogReader } from '../../chat/run-log.ts'
import { FrameBuffer } from './frame-buffer.ts'

const runId = 'run'
const long = 'x'.repeat(8_000)

describe('FrameBuffer', () => {
  it('gives every reader all bytes, also to one who joins late', async () => {
    const { buffer, say } = openBuffer()
    const early = readAll(follow(buffer))
    const text = ['0 äöü', '1 🙂', '2'].map((word) => say(word).frames).join('')
    await turn()
    const late = readAll(follow(buffer))
    buffer.end()
    expect(await early).toBe(text)
    expect(await late).toBe(text)
    expect(await readAll(follow(buffer))).toBe(text)
  })

  it('gives what follows an event, also of one in the middle of a batch', async () => {
    const { buffer, say } = openBuffer()
    const words = ['id: run.2', '\nid: run.3\n', '2', '3']
    const frames = [say(words[0] ?? '', words[1] ?? '').frames, say('2').frames, say('3').frames]
    buffer.end()
    const whole = frames.join('')
    for (let after = 0; after <= words.length; after++) {
      const begin = after === words.length ? whole.length : whole.indexOf(`id: run.${after + 1}\n`)
      expect(await readAll(follow(buffer, after))).toBe(whole.slice(begin))
    }
  })

  it('waits for what is still to come', async () => {
    const { buffer, say } = openBuffer()
    say('1')
    const rest = readAll(follow(buffer, 1))
    const { frames } = say('2')
    buffer.end()
    expect(await rest).toBe(frames)
  })

  it('gives what comes in one turn at once', async () => {
    const { buffer, say } = openBuffer()
    const { pieces } = takeAll(follow(buffer))
    const text = say('1').frames + say('2').frames
    await turn()
    expect(pieces).toEqual([text])
  })

  it('makes the writer wait for a slow reader, and goes on when it has read', async () => {
    const { buffer, fill } = openBuffer()
    const frames = follow(buffer)
    const room = fill()
    expect(await isSettled(room)).toBe(false)
    takeAll(frames)
    await expect(room).resolves.toBeUndefined()
  })

  it('gives a reader nothing more until it has room', async () => {
    const { buffer, say } = openBuffer()
    const { promise: room, resolve: makeRoom } = Promise.withResolvers<void>()
    const { pieces, reading } = takeAll(follow(buffer), room)
    const first = say('1').frames
    await turn()
    const rest = say('2').frames + say('3').frames
    buffer.end()
    await turn()
    expect(pieces).toEqual([first])
    makeRoom()
    await reading
    expect(pieces).toEqual([first, rest])
  })

  it('makes the writer wait no longer where one keeps up, or the slow one leaves', async () => {
    const { buffer, fill } = openBuffer()
    follow(buffer)
    const room = fill()
    const quick = readAll(follow(buffer))
    await expect(room).resolves.toBeUndefined()
    buffer.end()
    await quick

    const other = openBuffer()
    const leaving = follow(other.buffer)
    const otherRoom = other.fill()
    leaving.leave()
    await expect(otherRoom).resolves.toBeUndefined()
  })

  it('gives nothing more to a reader who has left', async () => {
    const { buffer, say } = openBuffer()
    const frames = follow(buffer)
    const { pieces, reading } = takeAll(frames)
    frames.leave()
    await reading
    say('1')
    await turn()
    expect(pieces).toEqual([])
  })

  it('tells where a reader fails, and lets it go', async () => {
    const { buffer, say } = openBuffer()
    const reading = follow(buffer).read(() => {
      throw new Error('on purpose')
    })
    say('1')
    await expect(reading).rejects.toThrow('on purpose')
    expect(buffer.isRead).toBe(false)
  })

  it('makes the writer wait for nobody where nobody reads', () => {
    const { say } = openBuffer()
    for (let count = 0; count < 100; count++) expect(say(long).room).toBeUndefined()
  })

  it('keeps no more of a stream whose events become long', () => {
    const { buffer, say } = openBuffer()
    for (let count = 0; count < 120; count++) say(long + long)
    expect(buffer.follow(1)).toBeDefined()
    for (let count = 0; count < 4; count++) say('x'.repeat(1_000_000))
    expect(buffer.follow(119)).toBeUndefined()
    expect(buffer.follow(122)).toBeDefined()
  })

  it('keeps the end of a long stream, and throws rather than leave a gap', async () => {
    const { buffer, say } = openBuffer()
    const slow = follow(buffer)
    for (let count = 0; count < 600; count++) say(long)
    await expect(readAll(slow)).rejects.toThrow('left behind')
    expect(buffer.follow(0)).toBeUndefined()
    expect(buffer.follow(1)).toBeUndefined()
    expect(buffer.follow(590)).toBeDefined()
  })
})

function openBuffer() {
  const buffer = new FrameBuffer(runId)
  let sequence = 1
  const say = (...words: string[]) => {
    const chunks = words.map((delta) => ({ type: 'text-delta' as const, id: '0', delta }))
    const frames = encodeChunks(chunks, { runId, sequence })
    sequence += chunks.length
    return { frames, room: buffer.append(frames) }
  }
  /** Says so much that the writer has to wait. */
  const fill = (): Promise<void> => {
    for (let count = 0; count < 20; count++) {
      const { room } = say(long)
      if (room !== undefined) return room
    }
    throw new Error('the buffer did not fill')
  }
  return { buffer, say, fill }
}

function follow(buffer: FrameBuffer, after = 0): RunLogReader {
  const frames = buffer.follow(after)
  if (frames === undefined) throw new Error('it is not kept')
  return frames
}

/** @param room what the reader waits for after each piece */
function takeAll(frames: RunLogReader, room?: Promise<void>) {
  const pieces: string[] = []
  const reading = frames.read((bytes) => {
    pieces.push(Buffer.from(bytes).toString())
    return room
  })
  return { pieces, reading }
}

async function readAll(frames: RunLogReader): Promise<string> {
  const { pieces, reading } = takeAll(frames)
  await reading
  return pieces.join('')
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
