import { contenders } from '../contenders/contenders.ts'
import type { Measure, Values } from '../measurements.ts'
import { median, percentile } from '../statistics.ts'

const p99Measures: ReadonlySet<Measure> = new Set(['leaving', 'leavingEarly', 'stopping'])

/** What one measure comes to: the median of its rounds; undefined where it was not taken. */
export function figure(values: Values, contender: string, measure: Measure): number | undefined {
  const found = values.get(contender)?.get(measure)
  if (found === undefined || found.length === 0) return undefined
  return p99Measures.has(measure) ? percentile(found, 0.99) : median(found)
}

/** Those that were measured, in order. */
export function measured(values: Values) {
  return contenders.filter(({ name }) => values.has(name))
}

export function format(value: number | undefined): string {
  if (value === undefined) return '–'
  if (value === Infinity) return 'not within 2 s'
  if (value >= 100) return value.toFixed(0)
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
