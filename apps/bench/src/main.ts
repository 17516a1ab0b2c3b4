import { parseArgs } from 'node:util'
import { contenders } from './contenders/contenders.ts'
import { openField } from './field.ts'
import { fullSchedule, measureAll, quickSchedule } from './measurements.ts'
import { renderResults, writeReport } from './report/write-report.ts'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    only: { type: 'string', multiple: true, default: [] },
  },
})

const unknown = options.only.filter((name) => !contenders.some((known) => known.name === name))
if (unknown.length > 0) throw new RangeError(`there is no contender ${unknown.join(', ')}`)
if (process.platform !== 'linux')
  throw new Error('CPU time and memory are read from /proc: Linux only')

const basis = options.quick ? quickSchedule : fullSchedule
const schedule = options.rounds === undefined ? basis : { ...basis, rounds: Number(options.rounds) }
const beganMs = performance.now()
const say = (line: string) => {
  console.log(`${((performance.now() - beganMs) / 1_000).toFixed(0).padStart(4)} s  ${line}`)
}

await using field = await openField(options.only)
const values = await measureAll(field, schedule, say)
say('done; every byte of text was right\n')
console.log(renderResults(values, schedule))
if (!options.quick && options.only.length === 0) await writeReport(values, schedule)
