import type { Measure, Values } from '../measurements.ts'
import { figure, format } from './figures.ts'

interface Target {
  readonly says: string
  /** What must be at most `limit`; NaN where something of it was not measured. */
  readonly value: (of: (contender: string, measure: Measure) => number) => number
  readonly limit: number
}

const us = 'assistant-ui-proxy'

const targets: readonly Target[] = [
  {
    says: 'CPU at full speed, times that of the `node:http` pipe',
    value: (of) => of(us, 'cpuFast') / of('node-pipe', 'cpuFast'),
    limit: 2.2,
  },
  {
    says: 'CPU with 500 streams of 50 chunks a second, times that of the `node:http` pipe',
    value: (of) => of(us, 'cpuPaced') / of('node-pipe', 'cpuPaced'),
    limit: 1.8,
  },
  {
    says: 'CPU at full speed, times that of the AI SDK',
    value: (of) => of(us, 'cpuFast') / of('ai-sdk', 'cpuFast'),
    limit: 1 / 12,
  },
  {
    says: 'CPU with 500 streams, times that of the AI SDK',
    value: (of) => of(us, 'cpuPaced') / of('ai-sdk', 'cpuPaced'),
    limit: 1 / 5,
  },
  {
    says: 'time to the first chunk over the Express pipe, ms p50',
    value: (of) => of(us, 'firstChunk') - of('express-pipe', 'firstChunk'),
    limit: 0.8,
  },
  {
    says: 'lag p99 at 200 streams, times that of the Express pipe',
    value: (of) => of(us, 'lagP99') / of('express-pipe', 'lagP99'),
    limit: 1.5,
  },
  { says: 'memory per open stream, KiB', value: (of) => of(us, 'memory'), limit: 130 },
  { says: 'growth for a slow reader, MiB', value: (of) => of(us, 'slowReader'), limit: 24 },
  { says: 'leaving seen by the upstream, ms p99', value: (of) => of(us, 'leaving'), limit: 100 },
  {
    says: 'leaving before the first chunk seen, ms p99',
    value: (of) => of(us, 'leavingEarly'),
    limit: 100,
  },
  { says: 'stop seen by the upstream, ms p99', value: (of) => of(us, 'stopping'), limit: 100 },
]

/** A Markdown table of what was to be reached, and whether it was. */
export function renderTargets(values: Values): string {
  const rows = targets.map(({ says, value, limit }) => {
    const found = value((contender, measure) => figure(values, contender, measure) ?? Number.NaN)
    const verdict = Number.isNaN(found) ? 'not measured' : found <= limit ? 'reached' : '**missed**'
    const wanted = limit < 1 ? limit.toFixed(3) : format(limit)
    return `| ${says} | ${found.toFixed(found < 1 ? 3 : 2)} | ≤ ${wanted} | ${verdict} |`
  })
  return ['| | found | wanted | |', '| --- | ---: | ---: | --- |', ...rows].join('\n')
}
