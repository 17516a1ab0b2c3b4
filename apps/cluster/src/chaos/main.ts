import { parseArgs } from 'node:util'
import { runChaos } from './run-chaos.ts'

const { values } = parseArgs({
  options: { seconds: { type: 'string' }, people: { type: 'string' } },
})
const seconds = Number(values.seconds ?? 180)
const people = Number(values.people ?? 30)

console.log(
  `${people} people talk for ${seconds} s through two servers that are killed again and again …`,
)
const { faults, ...counts } = await runChaos({ seconds, people, say: console.log })
console.table(counts)
for (const fault of faults) console.log(fault)
console.log(faults.length === 0 ? 'Nothing was lost.' : `${faults.length} faults.`)
process.exitCode = faults.length === 0 ? 0 : 1
