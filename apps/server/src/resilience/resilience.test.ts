import type { ServerResponse } from 'node:http'
import type { UIMessageChunk } from '@assistant-ui-proxy/contract'
import { Agent } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AppError } from '../app-error.ts'
import type { Batch, Upstream } from '../chat/upstream.ts'
import { createRemoteUpstream } from '../drivers/upstream/remote/remote-upstream.ts'
import { sse, startPeer } from '../tests/peer.ts'
import { aborted, finishBatch, scriptUpstream, textBatch } from '../tests/scripted-upstream.ts'
import { withCircuitBreaker } from './circuit-breaker.ts'
import { withDeadlines } from './deadlines.ts'
import { withFallbacks } from './fallbacks.ts'
import { withRetries } from './retries.ts'

const busy = new AppError('upstream_busy', 'Later.', { retry_after_ms: 1 })
const denied = new AppError('upstream_denied', 'No.')
const request = { messages: [] }

describe('withRetries', () => {
  const options = { maxAttempts: 3, retryBudgetMs: 1_000 }

  it('tries again until the first chunk comes', async () => {
    const { upstream, requests } = failFor(2, busy)
    expect(await readAll(withRetries(upstream, options))).toHaveLength(3)
    expect(requests).toHaveLength(3)
  })

  it('gives the last failure after the last attempt', async () => {
    const { upstream, requests } = failFor(3, busy)
    await expect(readAll(withRetries(upstream, options))).rejects.toBe(busy)
    expect(requests).toHaveLength(3)
  })

  it('does not try again what was refused', async () => {
    const { upstream, requests } = failFor(1, denied)
    await expect(readAll(withRetries(upstream, options))).rejects.toBe(denied)
    expect(requests).toHaveLength(1)
  })

  it('does not try again once something has been said', async () => {
    const { upstream, requests } = scriptUpstream(async function* () {
      yield textBatch('so far')
      throw busy
    })
    await expect(readAll(withRetries(upstream, options))).rejects.toBe(busy)
    expect(requests).toHaveLength(1)
  })

  it('waits as long as the upstream asks for', async () => {
    const later = new AppError('upstream_busy', 'Later.', { retry_after_ms: 120 })
    const startedAt = performance.now()
    await readAll(withRetries(failFor(1, later).upstream, options))
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(118)
  })

  it('does not begin an attempt outside its budget', async () => {
    const later = new AppError('upstream_busy', 'Later.', { retry_after_ms: 60_000 })
    const { upstream, requests } = failFor(1, later)
    await expect(readAll(withRetries(upstream, options))).rejects.toBe(later)
    expect(requests).toHaveLength(1)
  })

  it('stops waiting when the reader leaves', async () => {
    const later = new AppError('upstream_busy', 'Later.', { retry_after_ms: 900 })
    const { upstream, requests } = failFor(1, later)
    const signal = AbortSignal.timeout(20)
    await expect(readAll(withRetries(upstream, options), signal)).rejects.toMatchObject({
      name: 'AbortError',
    })
    expect(requests).toHaveLength(1)
  })
})

describe('withDeadlines', () => {
  const options = { firstChunkMs: 60, idleMs: 60, totalMs: 400 }

  it.each([
    ['says nothing', /said nothing for 0.06 s/, 0, 0],
    ['pauses for too long', /paused for 0.06 s/, 2, 0],
    ['never ends', /did not end within 0.4 s/, Infinity, 20],
  ])('ends an upstream that %s, and closes it', async (_name, message, batches, pauseMs) => {
    let closed = false
    const { upstream } = scriptUpstream(async function* (_request, signal) {
      try {
        for (let count = 0; count < batches; count++) {
          await pause(pauseMs)
          signal.throwIfAborted()
          yield textBatch('x')
        }
        await aborted(signal)
        signal.throwIfAborted()
      } finally {
        closed = true
      }
    })
    const reading = readAll(withDeadlines(upstream, options))
    await expect(reading).rejects.toMatchObject({ problem: { code: 'upstream_timeout' } })
    await expect(reading).rejects.toThrow(message)
    expect(closed).toBe(true)
  })

  it('does not count the time that a slow reader takes', async () => {
    const { upstream } = scriptUpstream(async function* () {
      yield textBatch('a')
      yield textBatch('b')
      yield finishBatch
    })
    let chunks = 0
    const takeSlowly = async (batch: Batch) => {
      chunks += batch.length
      await pause(90)
    }
    await withDeadlines(upstream, options).stream(request, takeSlowly, never())
    expect(chunks).toBe(4)
  })

  it('counts in the total no time that the reader takes, but all that the upstream does', async () => {
    let given = 0
    const { upstream } = scriptUpstream(async function* (_request, signal) {
      for (; given < 100; given++) {
        await pause(20)
        signal.throwIfAborted()
        yield textBatch('x')
      }
    })
    const takeSlowly = () => pause(40)
    const startedAt = performance.now()
    const streaming = withDeadlines(upstream, { ...options, totalMs: 200 })
    await expect(streaming.stream(request, takeSlowly, never())).rejects.toThrow(
      'did not end within 0.2 s',
    )
    // A third of the time is the upstream's.
    expect(performance.now() - startedAt).toBeGreaterThan(400)
    expect(given).toBeGreaterThan(2)
    expect(given).toBeLessThan(12)
  })

  it('ends in the middle of no pause of the reader, and no later than it should after one', async () => {
    const { upstream } = scriptUpstream(async function* (_request, signal) {
      yield textBatch('a')
      await aborted(signal)
      signal.throwIfAborted()
    })
    const startedAt = performance.now()
    const takeSlowly = () => pause(180)
    const timed = withDeadlines(upstream, { ...options, idleMs: 900, totalMs: 200 })
    await expect(timed.stream(request, takeSlowly, never())).rejects.toThrow('did not end within')
    expect(performance.now() - startedAt).toBeGreaterThan(370)
    expect(performance.now() - startedAt).toBeLessThan(1_500)
  })

  it('takes no silence for one of the upstream in which this process was held up', async () => {
    let answer: ServerResponse | undefined
    const baseUrl = await startPeer((_request, response) => {
      answer = sse(response)
      answer.write('data: one\n\n')
    })
    const agent = new Agent()
    onTestFinished(() => agent.destroy())
    const timed = withDeadlines(createRemoteUpstream(agent, { baseUrl, apiKey: undefined }), {
      firstChunkMs: 5_000,
      idleMs: 100,
      totalMs: 5_000,
    })
    const chunks: UIMessageChunk[] = []
    const take = (batch: Batch) => {
      if (chunks.length === 0)
        setImmediate(() => {
          answer?.end('data: two\n\ndata: [DONE]\n\n')
          // It is on its way by then.
          process.nextTick(() => block(300))
        })
      chunks.push(...batch)
      return undefined
    }
    await timed.stream(request, take, never())
    expect(chunks.at(-1)).toEqual({ type: 'finish' })
  })

  it('does not wait for ever for a reader, nor take that for a fault of the upstream', async () => {
    const { promise: room } = Promise.withResolvers<void>()
    const upstream: Upstream = {
      ...failFor(0, busy).upstream,
      stream: async (_request, sink, signal) => {
        void sink(textBatch('a'))
        await aborted(signal)
        signal.throwIfAborted()
      },
    }
    const streaming = withDeadlines(upstream, options).stream(request, () => room, never())
    await expect(streaming).rejects.toMatchObject({
      problem: { code: 'run_interrupted', detail: expect.stringContaining('for 0.4 s') },
    })
  })

  it('leaves the reader’s own leaving what it is', async () => {
    const { upstream } = scriptUpstream(async function* (_request, signal) {
      yield textBatch('a')
      await aborted(signal)
      signal.throwIfAborted()
    })
    const signal = AbortSignal.timeout(20)
    await expect(readAll(withDeadlines(upstream, options), signal)).rejects.toMatchObject({
      name: 'TimeoutError',
    })
  })
})

describe('withCircuitBreaker', () => {
  const options = { breakerFailures: 3, breakerOpenMs: 80 }
  const down = new AppError('upstream_unreachable', 'Down.')

  it('opens after failures in a row, asks nobody then, lets one through later and closes', async () => {
    const { upstream, requests } = failFor(4, down)
    const guarded = withCircuitBreaker(upstream, options)
    for (let turn = 0; turn < 3; turn++) await expect(readAll(guarded)).rejects.toBe(down)
    expect(circuitOf(guarded)).toBe('open')
    await expect(readAll(guarded)).rejects.toMatchObject({
      problem: { code: 'upstream_suspended' },
    })
    expect(requests).toHaveLength(3)

    await pause(100)
    await expect(readAll(guarded)).rejects.toBe(down)
    expect(circuitOf(guarded)).toBe('open')
    await pause(100)
    await readAll(guarded)
    expect(circuitOf(guarded)).toBe('closed')
  })

  /** Down three times, then silent as often as told, then well. */
  async function openCircuit(silences: number) {
    const scripted = scriptUpstream(async function* (_request, signal) {
      if (scripted.requests.length <= 3) throw down
      if (scripted.requests.length <= 3 + silences) {
        await aborted(signal)
        signal.throwIfAborted()
      }
      yield finishBatch
    })
    const guarded = withCircuitBreaker(scripted.upstream, options)
    for (let turn = 0; turn < 3; turn++) await expect(readAll(guarded)).rejects.toBe(down)
    await pause(100)
    return { guarded, requests: scripted.requests }
  }

  it('lets those leave who wait for the one that was let through, and asks nothing for them', async () => {
    const { guarded, requests } = await openCircuit(1)
    const probe = new AbortController()
    const probing = readAll(guarded, probe.signal)
    const waiting = readAll(guarded, AbortSignal.timeout(20))
    await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(circuitOf(guarded)).toBe('half-open')
    probe.abort('stopped')
    await expect(probing).rejects.toBe('stopped')
    await pause(20)
    expect(requests).toHaveLength(4)
    expect(circuitOf(guarded)).toBe('open')
  })

  it('stays open where the one that was let through is left, and lets the next through at once', async () => {
    const { guarded, requests } = await openCircuit(2)
    for (let turn = 0; turn < 2; turn++) {
      await expect(readAll(guarded, AbortSignal.timeout(20))).rejects.toThrow('timeout')
      expect(circuitOf(guarded)).toBe('open')
    }
    await readAll(guarded)
    expect(circuitOf(guarded)).toBe('closed')
    expect(requests).toHaveLength(6)
  })

  it('lets one of those who wait through where the one that was is left', async () => {
    const { guarded } = await openCircuit(1)
    const probing = readAll(guarded, AbortSignal.timeout(20))
    const waiting = [readAll(guarded), readAll(guarded)]
    await expect(probing).rejects.toThrow('timeout')
    await Promise.all(waiting)
    expect(circuitOf(guarded)).toBe('closed')
  })

  it('is no worse for those who leave while it is closed', async () => {
    const { upstream } = scriptUpstream(async function* (_request, signal) {
      await aborted(signal)
      signal.throwIfAborted()
      yield finishBatch
    })
    const guarded = withCircuitBreaker(upstream, options)
    for (let turn = 0; turn < 4; turn++)
      await expect(readAll(guarded, AbortSignal.timeout(5))).rejects.toThrow('timeout')
    expect(circuitOf(guarded)).toBe('closed')
  })

  it('does not take refused requests for an illness', async () => {
    const guarded = withCircuitBreaker(failFor(9, denied).upstream, options)
    for (let turn = 0; turn < 5; turn++) await expect(readAll(guarded)).rejects.toBe(denied)
    expect(circuitOf(guarded)).toBe('closed')
  })
})

describe('withFallbacks', () => {
  it('asks the next where one fails before its first chunk, without what is the first model’s', async () => {
    const first = failFor(1, denied)
    const second = failFor(0, denied)
    const upstream = withFallbacks(first.upstream, [second.upstream])
    const batches: Batch[] = []
    const take = (batch: Batch) => void batches.push(batch)
    const ofFirst = { model: 'm', reasoningEffort: 'high' }
    const ofAll = { callSettings: { temperature: 0 } }
    await upstream.stream({ ...request, ...ofFirst, ...ofAll }, take, never())
    expect(batches).toEqual([textBatch('x'), finishBatch])
    expect(first.requests).toEqual([{ ...request, ...ofFirst, ...ofAll }])
    expect(second.requests).toEqual([{ ...request, ...ofAll }])
  })

  it('tells the failure of the first where all fail', async () => {
    const upstream = withFallbacks(failFor(1, denied).upstream, [failFor(1, busy).upstream])
    await expect(readAll(upstream)).rejects.toBe(denied)
  })

  it('asks nobody else once something has been said', async () => {
    const { upstream } = scriptUpstream(async function* () {
      yield textBatch('so far')
      throw busy
    })
    const second = failFor(0, denied)
    await expect(readAll(withFallbacks(upstream, [second.upstream]))).rejects.toBe(busy)
    expect(second.requests).toEqual([])
  })
})

describe('every policy', () => {
  const policies: [string, (upstream: Upstream) => Upstream][] = [
    [
      'deadlines',
      (inner) => withDeadlines(inner, { firstChunkMs: 900, idleMs: 900, totalMs: 900 }),
    ],
    ['breaker', (inner) => withCircuitBreaker(inner, { breakerFailures: 3, breakerOpenMs: 80 })],
    ['retries', (inner) => withRetries(inner, { maxAttempts: 3, retryBudgetMs: 1_000 })],
    ['fallbacks', (inner) => withFallbacks(inner, [failFor(0, denied).upstream])],
  ]

  it.each(policies)('gives what a reader throws back to it, asking once: %s', async (_, wrap) => {
    const { upstream, requests } = failFor(0, denied)
    const failure = new Error('the reader failed')
    const failing = () => {
      throw failure
    }
    await expect(wrap(upstream).stream(request, failing, never())).rejects.toBe(failure)
    expect(requests).toHaveLength(1)
  })

  it.each(policies)('has the upstream wait for the reader: %s', async (_, wrap) => {
    let given = 0
    const { upstream } = scriptUpstream(async function* () {
      for (; given < 3; given++) yield textBatch('x')
    })
    const { promise: room, resolve: makeRoom } = Promise.withResolvers<void>()
    const streaming = wrap(upstream).stream(request, () => room, never())
    await pause(20)
    expect(given).toBe(0)
    makeRoom()
    await streaming
    expect(given).toBe(3)
  })
})

function circuitOf(upstream: Upstream) {
  return upstream.circuits?.()[0]?.circuit
}

/** An upstream that fails so many times, then answers. */
function failFor(times: number, error: AppError) {
  const scripted = scriptUpstream(async function* () {
    if (scripted.requests.length <= times) throw error
    yield textBatch('x')
    yield finishBatch
  })
  return scripted
}

async function readAll(upstream: Upstream, signal = never()): Promise<UIMessageChunk[]> {
  const chunks: UIMessageChunk[] = []
  await upstream.stream(request, (batch) => void chunks.push(...batch), signal)
  return chunks
}

function never(): AbortSignal {
  return new AbortController().signal
}

function block(ms: number): void {
  const endsAt = performance.now() + ms
  while (performance.now() < endsAt);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
