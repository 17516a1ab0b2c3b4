import { setTimeout as delay } from 'node:timers/promises'
import type { Runner } from '../field.ts'
import { openStream } from '../open-stream.ts'
import { memoryKib } from '../server-process.ts'
import type { Load } from './cpu.ts'

/**
 * What a process that has served a few requests grows by while so many streams flow.
 * @param runner started for this alone
 * @returns KiB per open stream, seen in the middle of the streams
 */
export async function measureMemory(
  runner: Runner,
  { streams, chunks, perSecond }: Load,
): Promise<number> {
  for (let count = 0; count < 30; count++)
    await openStream(runner, { chunks: 20, perSecond: 0 }).whole
  await delay(500)
  const before = memoryKib(runner.process.pid)
  const opened = Array.from({ length: streams }, () => openStream(runner, { chunks, perSecond }))
  await Promise.all(opened.map((stream) => stream.begun))
  await delay(((chunks / perSecond) * 1_000) / 2)
  const grown = memoryKib(runner.process.pid) - before
  await Promise.all(opened.map((stream) => stream.whole))
  return grown / streams
}
