import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { createConfig } from '../config/config.ts'
import { collect, textOf } from './conversation.ts'
import { sse, startPeer } from './peer.ts'
import { makeTemporaryFolder, startTestServer } from './test-server.ts'

const hello = { messages: [{ role: 'user' as const, content: 'Hello' }] }

describe('a file of upstreams', () => {
  it('names several of a kind, of which the next is asked where one fails', async () => {
    const asked: unknown[] = []
    const busy = await startPeer((_request, answer) => answer.writeHead(503).end())
    const other = await startPeer(async (request, answer) => {
      const { model } = (await json(request)) as { model: string }
      asked.push([request.headers.authorization, model])
      sse(answer).end(
        'data: {"choices":[{"delta":{"content":"from the other"},"finish_reason":"stop"}]}\n\n',
      )
    })
    const lines: string[] = []
    const { client } = await startTestServer({
      env: {
        UPSTREAMS_FILE: await write({
          first: { kind: 'openai-compatible', base_url: busy, model: 'a' },
          second: {
            kind: 'openai-compatible',
            base_url: other,
            api_key_variable: 'OTHER_KEY',
            model: 'b',
          },
        }),
        OTHER_KEY: 'sk-hush',
        UPSTREAM: '',
        UPSTREAM_FALLBACK: 'second',
        UPSTREAM_BREAKER_FAILURES: '1',
      },
      onLog: (line) => lines.push(line),
    })
    expect(textOf(await collect(client.chat.stream(hello)))).toBe('from the other')
    // Also where it cannot be known whether the first has the model.
    const named = client.chat.stream({ ...hello, model: 'a' })
    expect(textOf(await collect(named))).toBe('from the other')
    expect(asked).toEqual([
      ['Bearer sk-hush', 'b'],
      ['Bearer sk-hush', 'b'],
    ])
    expect((await client.system.ready()).body).toMatchObject({
      upstream: 'first',
      circuits: [
        { upstream: 'first', circuit: 'closed' },
        { upstream: 'second', circuit: 'closed' },
      ],
    })
    expect(lines.join('')).not.toContain('sk-hush')
  })

  it('is read by its first where UPSTREAM does not name one', async () => {
    const remote = { kind: 'remote', base_url: 'http://127.0.0.1:9000/' }
    const UPSTREAMS_FILE = await write({ near: remote, far: remote })
    expect(createConfig({ UPSTREAMS_FILE })).toMatchObject({
      upstreams: [{ name: 'near', kind: 'remote', baseUrl: 'http://127.0.0.1:9000' }],
      upstreamReason: 'the first in UPSTREAMS_FILE',
    })
    const named = createConfig({ UPSTREAMS_FILE, UPSTREAM: 'far', UPSTREAM_FALLBACK: 'near,demo' })
    expect(named.upstreams.map(({ name }) => name)).toEqual(['far', 'near', 'demo'])
  })

  it.each([
    ['names no upstream', {}],
    ['demo is the name of a kind', { demo: { kind: 'remote', base_url: 'http://127.0.0.1' } }],
    ['a b a name is letters', { 'a b': { kind: 'remote', base_url: 'http://127.0.0.1' } }],
    ['x.kind must be', { x: { kind: 'magic' } }],
    ['x.base_url must be an http', { x: { kind: 'remote', base_url: 'ftp://x' } }],
    ['x.model must be set', { x: { kind: 'openai-compatible' } }],
    [
      'x.api_key_variable: NO_SUCH_KEY is not set',
      { x: { kind: 'remote', base_url: 'http://127.0.0.1', api_key_variable: 'NO_SUCH_KEY' } },
    ],
    [
      'x.api_key_variable must be the name of the variable',
      { x: { kind: 'remote', base_url: 'http://127.0.0.1', api_key_variable: 'sk-hush-hush' } },
    ],
    [
      'x Unrecognized key: "api_key"',
      { x: { kind: 'remote', base_url: 'http://127.0.0.1', api_key: 'sk-hush-hush' } },
    ],
  ])('stops the start where it is wrong, with words: %s', async (words, content) => {
    const start = startOf(await write(content))
    expect(start).toThrow(`UPSTREAMS_FILE: ${words}`)
    expect(start).not.toThrow('sk-hush')
  })

  it('stops the start where it cannot be read, beside the other faults', async () => {
    expect(startOf('/nowhere/upstreams.json')).toThrow(
      /UPSTREAMS_FILE: \/nowhere\/upstreams.json cannot be read\n {2}LOG_LEVEL: .*$/,
    )
    const path = join(await makeTemporaryFolder(), 'upstreams.json')
    await writeFile(path, '{ not json')
    expect(startOf(path)).toThrow(`UPSTREAMS_FILE: ${path} is not JSON`)
  })
})

/** UPSTREAM names what the file would have, for all that is known. */
const startOf = (UPSTREAMS_FILE: string) => () =>
  createConfig({ UPSTREAMS_FILE, UPSTREAM: 'x', LOG_LEVEL: 'loud' })

async function write(content: object): Promise<string> {
  const path = join(await makeTemporaryFolder(), 'upstreams.json')
  await writeFile(path, JSON.stringify(content))
  return path
}
