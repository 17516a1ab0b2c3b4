import type { Field, Runner } from './field.ts'
import { measureCpu, type Load } from './scenarios/cpu.ts'
import { measureFirstChunk } from './scenarios/first-chunk.ts'
import { measureLag } from './scenarios/lag.ts'
import { measureLeaving, type Departure } from './scenarios/leaving.ts'
import { measureMemory } from './scenarios/memory.ts'
import { measureSlowReader } from './scenarios/slow-reader.ts'
import { percentile } from './statistics.ts'

/** What is measured, in the order of the report. */
export const measures = {
  cpuFast: 'CPU ms per 1,000 chunks at full speed',
  cpuPaced: 'CPU ms per 1,000 chunks at 50 a second',
  firstChunk: 'time to the first chunk, ms p50',
  lagP50: 'lag of a chunk, ms p50',
  lagP99: 'lag of a chunk, ms p99',
  memory: 'memory per open stream, KiB',
  slowReader: 'growth for a slow reader, MiB',
  leaving: 'leaving seen, ms p99',
  leavingEarly: 'leaving before the first chunk seen, ms p99',
  stopping: 'stop seen, ms p99',
  manyStreams: '1,000 streams at once, s',
} as const

export type Measure = keyof typeof measures

/** Every value of each round, by contender and measure. */
export type Values = Map<string, Map<Measure, number[]>>

export interface Schedule {
  /** Rounds that are not counted: V8 still compiles what has begun to run often. */
  readonly warmUps: number
  readonly rounds: number
  readonly full: Load
  /** In each round: it takes half a second, and one collection of garbage more or less decides. */
  readonly fulls: number
  readonly paced: Load
  readonly lag: Load
  /** In each round: a machine that stops for a moment decides what is slowest. */
  readonly lags: number
  readonly memory: Load
  readonly many: Load
  readonly requests: number
  readonly departures: number
  readonly slowReaderSeconds: number
}

export const fullSchedule: Schedule = {
  warmUps: 4,
  rounds: 5,
  full: { streams: 50, chunks: 2_000, perSecond: 0 },
  fulls: 3,
  paced: { streams: 500, chunks: 250, perSecond: 50 },
  lag: { streams: 200, chunks: 120, perSecond: 50 },
  lags: 3,
  memory: { streams: 500, chunks: 200, perSecond: 50 },
  many: { streams: 1_000, chunks: 20, perSecond: 10 },
  requests: 60,
  departures: 40,
  slowReaderSeconds: 8,
}

/** To see that all of it works; its figures say little. */
export const quickSchedule: Schedule = {
  warmUps: 1,
  rounds: 1,
  full: { streams: 20, chunks: 500, perSecond: 0 },
  fulls: 1,
  paced: { streams: 100, chunks: 50, perSecond: 50 },
  lag: { streams: 50, chunks: 60, perSecond: 50 },
  lags: 1,
  memory: { streams: 100, chunks: 50, perSecond: 50 },
  many: { streams: 200, chunks: 5, perSecond: 10 },
  requests: 10,
  departures: 5,
  slowReaderSeconds: 1,
}

/** Measures everybody in turn, round after round, so that what slows the machine slows all alike. */
export async function measureAll(
  field: Field,
  schedule: Schedule,
  say: (line: string) => void,
): Promise<Values> {
  const values: Values = new Map()
  const note = (runner: Runner, measure: Measure, ...found: number[]) => {
    const ofRunner = values.get(runner.contender.name) ?? new Map<Measure, number[]>()
    values.set(runner.contender.name, ofRunner)
    ofRunner.set(measure, [...(ofRunner.get(measure) ?? []), ...found])
  }
  const proxies = field.runners.filter(({ contender }) => contender.command !== undefined)

  for (let round = 1; round <= schedule.warmUps; round++) {
    say(`warming up, ${round} of ${schedule.warmUps}`)
    for (const runner of proxies) await measureCpu(runner, schedule.full)
  }
  for (let round = 1; round <= schedule.rounds; round++) {
    say(`round ${round} of ${schedule.rounds}: CPU`)
    for (let count = 0; count < schedule.fulls; count++)
      for (const runner of proxies) note(runner, 'cpuFast', await measureCpu(runner, schedule.full))
    for (const runner of proxies) note(runner, 'cpuPaced', await measureCpu(runner, schedule.paced))
    say(`round ${round} of ${schedule.rounds}: first chunk, lag, leaving`)
    for (const runner of field.runners)
      for (let count = 0; count < schedule.requests; count++)
        note(runner, 'firstChunk', await measureFirstChunk(runner))
    for (let count = 0; count < schedule.lags; count++)
      for (const runner of field.runners) {
        const lags = await measureLag(runner, schedule.lag)
        note(runner, 'lagP50', percentile(lags, 0.5))
        note(runner, 'lagP99', percentile(lags, 0.99))
      }
    for (const runner of proxies)
      for (const [measure, departure] of departuresOf(runner))
        for (let count = 0; count < schedule.departures; count++) {
          const seenAfterMs = await measureLeaving(runner, departure)
          note(runner, measure, seenAfterMs)
          // One that does not close is not waited for again and again.
          if (seenAfterMs === Infinity) break
        }
  }
  for (let round = 1; round <= Math.min(schedule.rounds, 3); round++) {
    say(`memory, in new processes, ${round}`)
    for (const { contender } of proxies) {
      const runner = await field.startAnew(contender)
      note(runner, 'memory', await measureMemory(runner, schedule.memory))
      await runner.process.stop()
      const slow = await field.startAnew(contender)
      note(slow, 'slowReader', await measureSlowReader(slow, schedule.slowReaderSeconds))
      await slow.process.stop()
    }
  }
  for (let round = 1; round <= Math.min(schedule.rounds, 3); round++) {
    say(`many streams at once, ${round}`)
    for (const runner of field.runners) {
      const beginMs = performance.now()
      await measureCpu(runner, schedule.many)
      note(runner, 'manyStreams', (performance.now() - beginMs) / 1_000)
    }
  }
  return values
}

function departuresOf({ contender }: Runner): [Measure, Departure][] {
  return [
    ['leaving', 'leave'],
    ['leavingEarly', 'leave before the first chunk'],
    ...(contender.name === 'assistant-ui-proxy'
      ? [['stopping', 'stop'] as [Measure, Departure]]
      : []),
  ]
}
