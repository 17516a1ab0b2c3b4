import { setTimeout as delay } from 'node:timers/promises'
import type { IncomingMessage } from 'node:http'
import type { Runner } from '../field.ts'
import { openStream } from '../open-stream.ts'
import { memoryKib } from '../server-process.ts'

const replyBytes = 100_000_000
const bytesPerSecond = 100_000

/**
 * A reader on a bad line asks for a long reply.
 * @param runner started for this alone
 * @returns by how many MiB the proxy's process has grown after so many seconds
 */
export async function measureSlowReader(runner: Runner, seconds: number): Promise<number> {
  await openStream(runner, { chunks: 20, perSecond: 0 }).whole
  await delay(300)
  const before = memoryKib(runner.process.pid)
  const repeat = 500
  const chunks = Math.ceil(replyBytes / (repeat * 7))
  const slow = openStream(
    runner,
    { chunks, perSecond: 0, repeat },
    { onAnswer: (answer) => void readSlowly(answer) },
  )
  let grown = 0
  for (let tenths = 0; tenths < seconds * 10; tenths++) {
    await delay(100)
    grown = Math.max(grown, memoryKib(runner.process.pid) - before)
  }
  slow.leave()
  return grown / 1_024
}

async function readSlowly(answer: IncomingMessage): Promise<void> {
  let allowance = 0
  answer.on('data', (bytes: Buffer) => {
    allowance -= bytes.length
    if (allowance < 0) answer.pause()
  })
  while (!answer.destroyed) {
    await delay(100)
    allowance += bytesPerSecond / 10
    if (allowance > 0) answer.resume()
  }
}
