import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { resolve } from 'node:path'
import type { Schedule, Values } from '../measurements.ts'
import { renderChart } from './chart.ts'
import { renderTable } from './table.ts'
import { renderTargets } from './targets.ts'

const root = resolve(import.meta.dirname, '../..')
const begin = '<!-- results -->'
const end = '<!-- end of results -->'

/** Writes the results into README.md, between its two marks, and the chart beside it. */
export async function writeReport(values: Values, schedule: Schedule): Promise<void> {
  const readme = resolve(root, 'README.md')
  const text = await readFile(readme, 'utf8')
  const head = text.slice(0, text.indexOf(begin) + begin.length)
  const tail = text.slice(text.indexOf(end))
  await writeFile(readme, [head, renderResults(values, schedule), tail].join('\n\n'))
  await writeFile(resolve(root, 'chart.svg'), renderChart(values, ['cpuFast', 'cpuPaced']))
}

export function renderResults(values: Values, { rounds }: Schedule): string {
  return [
    `Measured on ${new Date().toISOString().slice(0, 10)}, ${describeMachine()}, medians of ${rounds} interleaved rounds.`,
    '![What each costs](chart.svg)',
    '### Cost',
    renderTable(values, ['cpuFast', 'cpuPaced', 'memory', 'slowReader']),
    '### Time',
    renderTable(values, ['firstChunk', 'lagP50', 'lagP99', 'manyStreams']),
    '### Going',
    renderTable(values, ['leaving', 'leavingEarly', 'stopping']),
    '### What it is meant to reach',
    renderTargets(values),
  ].join('\n\n')
}

export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${availableParallelism()} cores (${model}), ${memory} GiB, ${type()} ${release()}, Node ${process.version}`
}
