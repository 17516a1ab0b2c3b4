import { once } from 'node:events'
import { Agent } from 'undici'
import { afterAll, expect, it } from 'vitest'
import { startPeer } from '../../tests/peer.ts'
import { getJson } from './get-json.ts'

const agent = new Agent()
afterAll(() => agent.destroy())

it('reads no more of an answer than it can hold, and closes it', async () => {
  let sent = 0
  const url = await startPeer(async (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    while (!response.destroyed && sent < 256) {
      sent++
      const closed = new AbortController()
      const { signal } = closed
      if (!response.write(' '.repeat(1_048_576)))
        await Promise.race([
          once(response, 'drain', { signal }),
          once(response, 'close', { signal }),
        ])
      closed.abort()
    }
    response.end('{}')
  })
  await expect(getJson(agent, new URL(url))).rejects.toMatchObject({
    problem: { code: 'upstream_protocol' },
  })
  expect(sent).toBeLessThan(64)
})

it('tells who leaves why it ended', async () => {
  const url = await startPeer(() => undefined)
  const leaving = new AbortController()
  const asking = getJson(agent, new URL(url), {}, leaving.signal)
  leaving.abort('stopped')
  await expect(asking).rejects.toBe('stopped')
})
