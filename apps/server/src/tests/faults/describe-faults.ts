import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  accumulate,
  emptyReply,
  ProblemError,
  textOfParts,
  type Client,
} from '@assistant-ui-proxy/contract'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startTestServer } from '../test-server.ts'
import { endlessReply, faults, type Fault, type Outcome } from './faults.ts'
import { places } from './places.ts'
import { secret, type Wire } from './wires.ts'

const limits = {
  UPSTREAM_CONNECT_TIMEOUT_MS: '400',
  UPSTREAM_FIRST_CHUNK_TIMEOUT_MS: '2500',
  UPSTREAM_IDLE_TIMEOUT_MS: '1000',
  UPSTREAM_TOTAL_TIMEOUT_MS: '4000',
  UPSTREAM_MAX_ATTEMPTS: '2',
  UPSTREAM_RETRY_BUDGET_MS: '5000',
  UPSTREAM_BREAKER_FAILURES: '10000',
}

/** What every upstream does with every fault. */
export function describeFaults(wire: Wire): void {
  describe(`an upstream of the kind ${wire.name}`, { timeout: 20_000 }, () => {
    it('is told for each of its faults as the table says, and answers the next request', async () => {
      const able = faults.filter((fault) => fault.answer(wire) !== undefined)
      const { client, url, log, peer } = await startBeside(wire, able)
      const found = await Promise.all(able.map((fault) => outcomeOf(client, peer, fault)))
      expect(table(able, found)).toEqual(
        table(
          able,
          able.map(({ outcome }) => outcome),
        ),
      )
      await expect.poll(() => peer.connections(), { timeout: 3_000 }).toBeLessThan(able.length / 2)
      expect(log.join('')).not.toContain(secret)
      expect((await (await fetch(`${url}/ready`)).text()).includes(secret)).toBe(false)
    })

    it('is stopped where its reply never ends, and what came is kept', async () => {
      const { client, peer } = await startBeside(wire, [endlessReply])
      const { stored, ...rest } = await outcomeOf(client, peer, endlessReply)
      const { stored: beginning, ...expected } = endlessReply.outcome
      expect(rest).toEqual(expected)
      expect(stored.startsWith(beginning)).toBe(true)
      expect(stored.length).toBeGreaterThan(10_000)
    })

    it.each(places)('is told where it is $name', async ({ open, status, code }) => {
      const origin = await open()
      const { client } = await startTestServer({ env: { ...limits, ...wire.env(origin) } })
      // Twice: the first leaves the second unharmed.
      for (const id of ['t1', 't2']) {
        const reply = await ask(client, id, 'Hello')
        expect(reply).toMatchObject({ status, code })
        expect(await statusesOf(client, id)).toMatchObject(['complete', 'failed'])
      }
      expect((await client.system.health()).status).toBe(200)
    })

    it('does not have its credentials sent to where it redirects', async () => {
      let strangers = 0
      const other = await listen(createServer(() => strangers++))
      const redirect: Fault = {
        name: 'redirect',
        answer: () => (response) => response.writeHead(307, { location: other.url }).end(),
        outcome: { status: 502, code: 'upstream_protocol', attempts: 1, stored: '' },
      }
      const { client, peer } = await startBeside(wire, [redirect])
      expect(await outcomeOf(client, peer, redirect)).toEqual(redirect.outcome)
      expect(strangers).toBe(0)
    })

    it('leaves nothing behind, however often its connection breaks', async () => {
      const worst = faults.filter(
        ({ name, answer }) =>
          /reset in mid|clean close|not UTF-8/.test(name) && answer(wire) !== undefined,
      )
      const { client, stop, peer } = await startBeside(wire, worst)
      const round = () => Promise.all(worst.map((fault) => ask(client, undefined, fault.name)))
      for (let count = 0; count < 25; count++) await round()
      const heapBefore = heapAfterCollection()
      for (let count = 0; count < 75; count++) await round()
      expect(heapAfterCollection() - heapBefore).toBeLessThan(4_000_000)
      await stop()
      await peer.close()
      await expect.poll(openResources, { timeout: 3_000 }).toEqual([])
    })
  })
}

interface Peer {
  /** How often this was said to it. */
  readonly asked: (words: string) => number
  readonly connections: () => Promise<number>
  readonly close: () => Promise<void>
}

/** A server of ours beside an upstream that has the fault that it is asked for, and else is well. */
async function startBeside(wire: Wire, all: readonly Fault[]) {
  const counts = new Map<string, number>()
  const server = createServer(async (request, response) => {
    response.on('error', () => undefined)
    const words = wordsIn(await json(request))
    counts.set(words, (counts.get(words) ?? 0) + 1)
    const fault = all.find(({ name }) => name === words)
    if (fault) return fault.answer(wire)?.(response)
    return response
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .end(wire.begin + wire.end)
  })
  const { url: origin, close } = await listen(server)
  const log: string[] = []
  const env = { ...limits, ...wire.env(origin) }
  const ours = await startTestServer({ env, onLog: (line) => log.push(line) })
  const peer: Peer = {
    asked: (words) => counts.get(words) ?? 0,
    connections: () =>
      new Promise((done) => server.getConnections((_error, count) => done(count ?? 0))),
    close,
  }
  return { ...ours, log, peer }
}

async function listen(server: Server) {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  let closing: Promise<unknown> | undefined
  const close = async () => {
    closing ??= once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closing
  }
  onTestFinished(close)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

/** Every wire carries the conversation as `messages`. */
function wordsIn(body: unknown): string {
  const { messages } = body as { messages: { content?: string; parts?: { text: string }[] }[] }
  const { content, parts } = messages.at(-1) ?? {}
  return content ?? parts?.[0]?.text ?? ''
}

/** Asks for a fault, and for a good answer after it. */
async function outcomeOf(client: Client, peer: Peer, fault: Fault): Promise<Outcome> {
  const id = `t${Math.random().toString(36).slice(2)}`
  const { status, code, heard } = await ask(client, id, fault.name)
  expect(`${fault.name}: ${heard}`).not.toContain(secret)
  const [question, reply] = await messagesOf(client, id)
  expect({ fault: fault.name, ...question }).toMatchObject({
    fault: fault.name,
    role: 'user',
    status: 'complete',
  })
  expect({ fault: fault.name, ...reply }).toMatchObject({
    fault: fault.name,
    status: code === undefined ? 'complete' : 'failed',
    ...(code !== undefined && { error: { code } }),
  })
  const next = await ask(client, id, 'and then?')
  expect(next).toMatchObject({ status: 200, code: undefined, text: 'so far' })
  return {
    status,
    ...(code !== undefined && { code }),
    attempts: peer.asked(fault.name),
    stored: textOfParts(reply?.parts ?? []),
  }
}

async function ask(client: Client, id: string | undefined, content: string) {
  const body = { ...(id !== undefined && { id }), messages: [{ role: 'user' as const, content }] }
  try {
    let reply = emptyReply
    for await (const chunk of client.chat.stream(body)) reply = accumulate(reply, [chunk])
    const text = textOfParts(reply.parts)
    return { status: 200, code: reply.problem?.code, text, heard: JSON.stringify(reply) }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    const { status, code } = error.problem
    return { status, code, text: '', heard: JSON.stringify(error.problem) }
  }
}

async function messagesOf(client: Client, id: string) {
  const answer = await client.threads.messages({ params: { thread_id: id } })
  return answer.status === 200 ? answer.body : []
}

async function statusesOf(client: Client, id: string) {
  return (await messagesOf(client, id)).map(({ status }) => status)
}

function table(rows: readonly Fault[], outcomes: readonly Outcome[]) {
  return Object.fromEntries(rows.map(({ name }, index) => [name, outcomes[index]]))
}

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return process.memoryUsage().heapUsed
}

/** Sockets of this process; of the timers some are the test runner's. */
function openResources(): string[] {
  const kinds = process.getActiveResourcesInfo()
  return kinds.filter((kind) => kind.startsWith('TCP'))
}
