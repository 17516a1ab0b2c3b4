import { setTimeout as delay } from 'node:timers/promises'
import {
  createClient,
  ProblemError,
  type Client,
  type Message,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import { badFetch, patienceMs } from './bad-network.ts'
import type { Call } from './model.ts'

export interface Surroundings {
  readonly pickServer: () => string
  readonly calls: ReadonlyMap<string, readonly Call[]>
  /** No new message is sent once it aborts. */
  readonly signal: AbortSignal
}

/** What happened in one thread. */
export interface Conversation {
  readonly threadId: string
  readonly messageIds: string[]
  /** From asking for a stop to its reaching the upstream, in ms. */
  readonly stopMs: number[]
  /** Texts as readers put them together who read to the end. */
  readonly read: { readonly messageId: string; readonly text: string }[]
  readonly surprises: string[]
}

type Habit = 'stays' | 'leaves' | 'is cut off' | 'stops'
const habits: readonly Habit[] = ['stays', 'leaves', 'is cut off', 'is cut off', 'stops']

/** What a server that died, or is about to be replaced, may answer. */
const expected = new Set([
  'server_unreachable',
  'stream_interrupted',
  'run_in_progress',
  'run_interrupted',
  'shutting_down',
])
const maxTries = 60

/** Somebody who talks for a while, with habits that change from message to message. */
export async function converse(
  threadId: string,
  messages: number,
  surroundings: Surroundings,
): Promise<Conversation> {
  const log: Conversation = { threadId, messageIds: [], stopMs: [], read: [], surprises: [] }
  for (let count = 0; count < messages && !surroundings.signal.aborted; count++) {
    const habit = habits[Math.floor(Math.random() * habits.length)] ?? 'stays'
    const client = createClient('', {
      fetch: badFetch(surroundings.pickServer, () => habit === 'is cut off' && Math.random() < 0.6),
    })
    const messageId = `${threadId}-${count}`
    log.messageIds.push(messageId)
    const parentId = await lastMessageId(client, threadId)
    await sendUntilHeard(client, messageId, parentId, habit, log, surroundings)
    await untilEnded(client, messageId, log)
  }
  return log
}

/** As a page does that finds the server gone: the same message again, until it is answered. */
async function sendUntilHeard(
  client: Client,
  messageId: string,
  parentId: string | null,
  habit: Habit,
  log: Conversation,
  { calls }: Surroundings,
): Promise<void> {
  const { threadId } = log
  for (let tries = 0; tries < maxTries; tries++) {
    try {
      const body = {
        id: threadId,
        parent_id: parentId,
        messages: [{ id: messageId, role: 'user' as const, content: messageId }],
      }
      const stream = client.chat.stream(body)
      if (habit === 'leaves') return await readFor(Math.random() * 1_000, stream)
      if (habit === 'stops') {
        const reading = readAll(stream)
        // It may fail before it is waited for.
        reading.catch(() => undefined)
        await delay(Math.random() * 1_000)
        await stop(client, messageId, log, calls)
        await reading
        return
      }
      const { text, last } = await readAll(stream)
      if (last?.type === 'finish') log.read.push({ messageId, text })
      return
    } catch (error) {
      const code = error instanceof ProblemError ? error.problem.code : String(error)
      if (!expected.has(code)) log.surprises.push(`${messageId} ${habit}: ${code}`)
      await delay(200 + Math.random() * 300)
    }
  }
  log.surprises.push(`${messageId}: not answered after ${maxTries} tries`)
}

async function stop(
  client: Client,
  messageId: string,
  log: Conversation,
  calls: Surroundings['calls'],
): Promise<void> {
  const call = calls.get(messageId)?.at(-1)
  const wasOpen = call !== undefined && call.closedAtMs === undefined
  const askedAtMs = performance.now()
  const answer = await client.chat.stop({ params: { thread_id: log.threadId } })
  if (answer.status !== 200 || !answer.body.stopped || !wasOpen) return
  // Both are on their way here: the answer may be read first.
  await delay(50)
  // Its own end may have come first; then there is nothing to measure.
  if (call.closedAtMs !== undefined && call.closedAtMs >= askedAtMs)
    log.stopMs.push(call.closedAtMs - askedAtMs)
  else if (call.closedAtMs === undefined)
    log.surprises.push(`${messageId}: stopped, but the upstream is open`)
}

async function readAll(stream: AsyncIterable<UIMessageChunk>) {
  let text = ''
  let last: UIMessageChunk | undefined
  for await (const chunk of stream) {
    if (chunk.type === 'text-delta') text += chunk.delta
    last = chunk
  }
  return { text, last }
}

/** A tab that is closed. */
async function readFor(ms: number, stream: AsyncIterable<UIMessageChunk>): Promise<void> {
  const until = performance.now() + ms
  for await (const _ of stream) if (performance.now() > until) return
}

async function untilEnded(client: Client, messageId: string, log: Conversation): Promise<void> {
  const deadline = performance.now() + patienceMs
  while ((await listMessages(client, log.threadId)).some(({ status }) => status === 'streaming')) {
    if (performance.now() > deadline)
      return void log.surprises.push(`${messageId}: its run is stuck`)
    await delay(200)
  }
}

async function lastMessageId(client: Client, threadId: string): Promise<string | null> {
  return (await listMessages(client, threadId)).at(-1)?.id ?? null
}

/** @throws where no server gives them for longer than any takes to come back */
export async function listMessages(client: Client, threadId: string): Promise<Message[]> {
  const deadline = performance.now() + patienceMs
  while (performance.now() < deadline) {
    try {
      const answer = await client.threads.messages({ params: { thread_id: threadId } })
      if (answer.status === 200) return answer.body
      if (answer.status === 404) return []
    } catch {
      // The server that was asked has died.
    }
    await delay(100)
  }
  throw new Error(`no server gives the messages of ${threadId}`)
}
