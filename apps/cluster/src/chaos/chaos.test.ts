import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { runChaos } from './run-chaos.ts'

const hasRedis = spawnSync('redis-server', ['--version']).status === 0

it.skipIf(!hasRedis && process.env['REQUIRE_REDIS'] === undefined)(
  'nothing is lost in half a minute of people who leave and servers that die',
  async () => {
    const report = await runChaos({ seconds: 20, people: 40 })
    expect(report.faults).toEqual([])
    expect(report.kills).toBeGreaterThan(0)
    expect(report.messages).toBeGreaterThan(40)
    expect(report.stopMsP99).toBeLessThan(500)
  },
)
