import { setTimeout as delay } from 'node:timers/promises'
import { createClient } from '@assistant-ui-proxy/contract'
import { startCluster, type Cluster } from '../cluster.ts'
import { converse, listMessages, type Conversation } from './conversation.ts'
import { startModel } from './model.ts'
import { faultsOf } from './verify.ts'

export interface ChaosOptions {
  /** How long new conversations begin. */
  readonly seconds: number
  /** At a time. */
  readonly people: number
  readonly say?: (line: string) => void
}

export interface ChaosReport {
  readonly conversations: number
  readonly messages: number
  readonly modelCalls: number
  readonly kills: number
  readonly stops: number
  /** From asking for a stop, at any server, to its reaching the upstream. */
  readonly stopMsP99: number
  /** One line each. */
  readonly faults: readonly string[]
}

const messagesPerConversation = 4
/** The longest time after which a reply of a dead server is ended. */
const settledAfterMs = 15_000

/**
 * Many people talk through two servers, who leave, lose the network and stop, while the servers are
 * killed and come back. Then every thread is read and compared with what the model sent.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  using model = await startModel()
  await using cluster = await startCluster({
    form: 'source',
    env: {
      ENVIRONMENT: 'production',
      AUTH_OPEN_IN_PRODUCTION: 'yes',
      LOG_LEVEL: 'silent',
      UPSTREAM: 'openai-compatible',
      OPENAI_BASE_URL: model.url,
      OPENAI_MODEL: 'chaos',
    },
  })
  const signal = AbortSignal.timeout(options.seconds * 1_000)
  const surroundings = { calls: model.calls, signal, pickServer: () => pickServer(cluster) }
  const killing = killNowAndThen(cluster, signal)
  const everybody = Array.from({ length: options.people }, async (_, person) => {
    const conversations: Conversation[] = []
    while (!signal.aborted) {
      const threadId = `p${person}-${conversations.length}`
      conversations.push(await converse(threadId, messagesPerConversation, surroundings))
    }
    return conversations
  })
  const conversations = (await Promise.all(everybody)).flat()
  const deathsMs = await killing
  const kills = deathsMs.length
  options.say?.(`${conversations.length} conversations, ${kills} kills; looking at what is stored`)
  const client = createClient(cluster.replicas[0].url)
  const isGoing = async (threadId: string) =>
    (await listMessages(client, threadId)).some(({ status }) => status === 'streaming')
  const deadline = performance.now() + settledAfterMs
  for (const { threadId } of conversations)
    while (performance.now() < deadline && (await isGoing(threadId))) await delay(100)
  const faults: string[] = []
  for (const conversation of conversations) {
    const stored = await listMessages(client, conversation.threadId)
    faults.push(...faultsOf(conversation, stored, model.calls, deathsMs))
  }
  const stopMs = conversations.flatMap((each) => each.stopMs).toSorted((a, b) => a - b)
  return {
    conversations: conversations.length,
    messages: conversations.reduce((sum, { messageIds }) => sum + messageIds.length, 0),
    modelCalls: [...model.calls.values()].reduce((sum, calls) => sum + calls.length, 0),
    kills,
    stops: stopMs.length,
    stopMsP99: stopMs[Math.floor(stopMs.length * 0.99)] ?? 0,
    faults,
  }
}

/** Any that is up, as a load balancer does. */
function pickServer({ replicas }: Cluster): string {
  const up = replicas.filter(({ isUp }) => isUp)
  const picked = up[Math.floor(Math.random() * up.length)] ?? replicas[0]
  return picked.url
}

/** @returns when one died */
async function killNowAndThen({ replicas }: Cluster, signal: AbortSignal): Promise<number[]> {
  const deathsMs: number[] = []
  for (;;) {
    await delay(3_000 + Math.random() * 3_000, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return deathsMs
    const victim = replicas[Math.floor(Math.random() * 2)] ?? replicas[0]
    deathsMs.push(performance.now())
    await victim.kill()
    await delay(500 + Math.random() * 1_500)
    await victim.start()
  }
}
