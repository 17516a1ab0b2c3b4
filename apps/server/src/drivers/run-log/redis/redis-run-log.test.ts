import { randomUUID } from 'node:crypto'
import { encodeChunks } from '@assistant-ui-proxy/contract'
import { Redis } from 'ioredis'
import { pino } from 'pino'
import { findFreePort, startRedis } from 'services'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { startRelay } from '../../../tests/relay.ts'
import { keyOf } from './keys.ts'
import { RedisRunLog } from './redis-run-log.ts'

const log = pino({ level: 'silent' })
const long = 'x'.repeat(8_000)

describe.skipIf(inject('redisUrl') === '')('RedisRunLog', { timeout: 20_000 }, () => {
  it('gives another server all bytes, from the beginning and from after any event', async () => {
    const { write, readThere, there, runId } = await openRun()
    const frames = Array.from({ length: 300 }, (_, index) => write(`${index} äöü 🙂`))
    await expect.poll(() => there.follow(runId, 150)).toBeDefined()
    const late = readThere(150)
    frames.push(write('last'))
    write.end()
    expect(await readThere(0)).toBe(frames.join(''))
    expect(await late).toBe(frames.slice(150).join(''))
    expect(await readThere(301)).toBe('')
    expect(await readThere(302)).toBeUndefined()
  })

  it('knows of a run before it says anything, and of none that there is not', async () => {
    const { write, readThere, there, runId } = await openRun()
    await expect.poll(() => there.follow(runId, 0)).toBeDefined()
    const reading = readThere(0)
    const frames = write('first')
    write.end()
    expect(await reading).toBe(frames)
    expect(await there.follow('another', 0)).toBeUndefined()
  })

  it('gives no part of a log whose beginning is gone as if it were the whole', async () => {
    const { write, readThere, runId } = await openRun()
    write('first')
    await new Promise((resolve) => setTimeout(resolve, 100))
    write('second')
    write.end()
    await new Promise((resolve) => setTimeout(resolve, 100))
    const redis = new Redis(inject('redisUrl'))
    expect(await redis.xlen(keyOf(runId))).toBe(4)
    await redis.xtrim(keyOf(runId), 'MAXLEN', 2)
    redis.disconnect()
    expect(await readThere(0)).toBeUndefined()
    expect(await readThere(1)).toContain('second')
  })

  it('tells the server that writes a run to stop it, and whether it did', async () => {
    const { write, there, stops, runId } = await openRun(() => write.end())
    write('partial')
    await expect.poll(() => there.follow(runId, 0)).toBeDefined()
    expect(await there.stop(runId)).toBe(true)
    expect(stops()).toBe(1)
    expect(await there.stop('another')).toBe(false)
  })

  it('stops a run that has only just begun, or is about to', async () => {
    const { write, there, runId } = await openRun(() => write.end())
    expect(await there.stop(runId)).toBe(true)

    const [here, elsewhere] = await openTwo()
    const laterId = randomUUID()
    const stopping = elsewhere.stop(laterId)
    await new Promise((resolve) => setTimeout(resolve, 100))
    const onStop = () => output.end(true)
    const output = here.open(laterId, { onStop, onUnread: () => undefined, isShared: true })
    expect(await stopping).toBe(true)
  })

  it('stops a run whose beginning is not kept any more', async () => {
    const { write, there, readThere, runId } = await openRun(() => write.end())
    for (const count of [150, 300]) {
      for (let index = count - 150; index < count; index++) write(long)
      await expect.poll(() => there.follow(runId, count - 1)).toBeDefined()
    }
    expect(await there.follow(runId, 0)).toBeUndefined()
    expect(await there.stop(runId)).toBe(true)
    expect(await readThere(0)).toBeUndefined()
  })

  it('ends the readers of a run whose server is gone, with the last words for it', async () => {
    const { write, there, readThere, runId } = await openRun()
    const frames = write('half')
    await expect.poll(() => there.follow(runId, 1)).toBeDefined()
    const reading = readThere(0)
    await there.endFor(runId, 'data: gone\n\n')
    expect(await reading).toBe(`${frames}data: gone\n\n`)
  })

  it('keeps a log whose end is not that of the stored reply only for those who read it', async () => {
    const { write, readThere } = await openRun()
    const frames = write('not stored')
    await new Promise((resolve) => setTimeout(resolve, 100))
    const reading = readThere(0)
    write.end(false)
    expect(await reading).toBe(frames)
    await expect.poll(() => readThere(0), { timeout: 3_000 }).toBeUndefined()
  })

  it('gives nothing of a log that goes on behind what was said in its writer’s stead', async () => {
    const { write, there, readThere, runId } = await openRun()
    const frames = write('half')
    await expect.poll(() => there.follow(runId, 1)).toBeDefined()
    await there.endFor(runId, 'data: gone\n\n')
    expect(await readThere(0)).toBe(`${frames}data: gone\n\n`)
    write('whole')
    write.end()
    await expect.poll(() => readThere(0)).toBeUndefined()
  })

  it('goes on at its address where another has taken the place of a Redis', async () => {
    const ports = [await findFreePort(), await findFreePort()] as const
    for (const port of ports) {
      const redis = await startRedis(port)
      onTestFinished(() => redis?.stop())
    }
    const [first, second] = ports.map((port) => `redis://127.0.0.1:${port}`) as [string, string]
    const relay = await startRelay(first)
    const { write, readThere } = await openRun(undefined, relay.url, second)
    const frames = [write('before')]
    const admin = new Redis(first)
    // From here on it only reads.
    await admin.replicaof('127.0.0.1', 1)
    admin.disconnect()
    relay.leadTo(second)
    frames.push(write('after'))
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    frames.push(write('last'))
    write.end()
    await expect.poll(() => readThere(1), { timeout: 5_000 }).toBe(frames.slice(1).join(''))
  })

  it('has once what Redis took and could not say so, and what was said meanwhile', async () => {
    const relay = await startRelay(inject('redisUrl'))
    const { write, readThere, there, runId } = await openRun(
      undefined,
      relay.url,
      inject('redisUrl'),
    )
    const frames = [write('äöü 🙂 zero')]
    await expect.poll(() => there.follow(runId, 1)).toBeDefined()
    const reading = readThere(0)
    const lost = relay.loseAnswerTo('frames')
    frames.push(write('ONE äöü'))
    await lost
    frames.push(write('two'))
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    frames.push(write('three'))
    write.end()
    expect(await reading).toBe(frames.join(''))
    expect(await readThere(0)).toBe(frames.join(''))
  })

  it('goes on while Redis is away, and sends what it missed when it is back', async () => {
    const port = await findFreePort()
    const redis = await startRedis(port)
    const url = `redis://127.0.0.1:${port}`
    const { write, there, readHere, readThere } = await openRun(undefined, url)
    const frames = [write('before')]
    const first = await readHere(0, 1)
    await redis?.stop('SIGKILL')
    for (let index = 0; index < 20; index++) frames.push(write(`${index} ${long}`))
    expect(first).toBe(frames[0])
    expect(await readHere(1, 1)).toContain(long)
    const unavailable = { problem: { code: 'storage_unavailable' } }
    await expect(there.follow('another', 0)).rejects.toMatchObject(unavailable)
    await expect(there.stop('another')).rejects.toMatchObject(unavailable)
    const again = await startRedis(port)
    onTestFinished(() => again?.stop())
    frames.push(write('after'))
    write.end()
    await expect
      .poll(() => readThere(0).catch(() => undefined), { timeout: 10_000 })
      .toBe(frames.join(''))
  })
})

/** Two servers, and a run that the first of them writes. */
async function openRun(onStop?: () => void, url = inject('redisUrl'), urlThere = url) {
  const [here, there] = await openTwo(url, urlThere)
  const runId = randomUUID()
  let stopped = 0
  const stop = () => {
    stopped++
    onStop?.()
  }
  const output = here.open(runId, { onStop: stop, onUnread: () => undefined, isShared: true })
  let sequence = 1
  const write = (delta: string) => {
    const chunks = [{ type: 'text-delta' as const, id: '0', delta }]
    const frames = encodeChunks(chunks, { runId: runId, sequence: sequence++ })
    void output.append(frames)
    return frames
  }
  return {
    runId,
    there,
    write: Object.assign(write, { end: (isFinal = true) => output.end(isFinal) }),
    stops: () => stopped,
    readHere: (after: number, reads?: number) => readFrom(here, runId, after, reads),
    readThere: (after: number) => readFrom(there, runId, after),
  }
}

async function openTwo(urlHere = inject('redisUrl'), urlThere = urlHere) {
  const connect = async (url: string) => {
    const runLog = await RedisRunLog.connect(url, log)
    onTestFinished(() => runLog.close())
    return runLog
  }
  return Promise.all([connect(urlHere), connect(urlThere)])
}

/** @param reads how many, where not all */
async function readFrom(runLog: RedisRunLog, runId: string, after: number, reads = Infinity) {
  const frames = await runLog.follow(runId, after)
  if (frames === undefined) return undefined
  const read: Uint8Array[] = []
  await frames.read((bytes) => {
    if (read.push(bytes) >= reads) frames.leave()
    return undefined
  })
  return Buffer.concat(read).toString()
}
