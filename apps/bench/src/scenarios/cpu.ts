import { setTimeout as delay } from 'node:timers/promises'
import type { Runner } from '../field.ts'
import { openStream } from '../open-stream.ts'
import { cpuMs } from '../server-process.ts'

export interface Load {
  readonly streams: number
  readonly chunks: number
  /** Each second, on each stream; 0 is as fast as the reader takes them. */
  readonly perSecond: number
}

/** @returns what the proxy's process spent, in CPU ms per 1,000 chunks */
export async function measureCpu(runner: Runner, load: Load): Promise<number> {
  const { streams, ...plan } = load
  const before = cpuMs(runner.process.pid)
  const opened = Array.from({ length: streams }, () => openStream(runner, plan))
  await Promise.all(opened.map((stream) => stream.whole))
  await delay(300)
  return (cpuMs(runner.process.pid) - before) / ((streams * plan.chunks) / 1_000)
}
