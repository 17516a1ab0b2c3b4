import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { runChaos } from './run-chaos.ts'

const scope = { seconds: 20, people: 40 }
const isLate = (fault: string) => fault.startsWith('behind by more than')

const hasRedis = spawnSync('redis-server', ['--version']).status === 0

it.skipIf(!hasRedis && process.env['REQUIRE_REDIS'] === undefined)(
  'nothing is lost in half a minute of people who leave and servers that die',
  async () => {
    let report = await runChaos(scope)
    // A disk or a machine may stand still for a moment, so that what is stored is late; nothing else may be.
    for (
      let again = 0;
      again < 2 && report.faults.every(isLate) && report.faults.length > 0;
      again++
    )
      report = await runChaos(scope)
    expect(report.faults).toEqual([])
    expect(report.kills).toBeGreaterThan(0)
    expect(report.messages).toBeGreaterThan(40)
    expect(report.stopMsP99).toBeLessThan(500)
  },
)
