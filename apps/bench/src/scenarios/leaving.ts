import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { nowMs } from '../clock.ts'
import type { Runner } from '../field.ts'
import { openStream, type Stream } from '../open-stream.ts'

/** How a reader ends a reply, and when. */
export type Departure = 'leave' | 'leave before the first chunk' | 'stop'

/** @returns how long after the reader went the mock saw its connection close, in ms; infinite past 2 s */
export async function measureLeaving(runner: Runner, departure: Departure): Promise<number> {
  const isSilent = departure === 'leave before the first chunk'
  // A reply in a thread goes on without its reader; one that is not stored ends with it.
  const thread = departure === 'stop' ? randomUUID() : undefined
  const stream = openStream(runner, { chunks: 10_000, perSecond: 50, isSilent }, { thread })
  if (isSilent) await untilAsked(runner, stream)
  else await stream.begun
  await delay(20)
  const wentAtMs = nowMs()
  if (thread === undefined) stream.leave()
  else await stop(runner, thread)
  return (await seenAtMs(runner, stream)) - wentAtMs
}

async function stop({ process }: Runner, thread: string): Promise<void> {
  const url = `http://127.0.0.1:${process.port}/api/chat/${thread}/stop`
  const answer = await fetch(url, { method: 'POST' })
  if (!answer.ok) throw new Error(`the stop was answered with ${answer.status}`)
}

async function seenAtMs(runner: Runner, stream: Stream): Promise<number> {
  for (let tries = 0; tries < 400; tries++) {
    const { leftAtMs } = await ask(runner, stream)
    if (leftAtMs !== undefined) return leftAtMs
    await delay(5)
  }
  return Infinity
}

async function untilAsked(runner: Runner, stream: Stream): Promise<void> {
  while (!(await ask(runner, stream)).wasAsked) await delay(5)
}

async function ask({ mockUrl }: Runner, { plan }: Stream) {
  const answer = await fetch(`${mockUrl}/seen?id=${plan.id}`)
  return (await answer.json()) as { wasAsked: boolean; leftAtMs?: number }
}
