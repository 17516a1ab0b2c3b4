import { textOfParts, type Message } from '@assistant-ui-proxy/contract'
import type { Conversation } from './conversation.ts'
import { answerTo, type Call } from './model.ts'

/** Storage may be so far behind when a server is killed. */
const behindMs = 250
/** So long the kernel may take a dead process apart, before the other side of its connections hears of it. */
const tearDownMs = 500

/**
 * What is wrong with a thread as it is stored, in words; empty where nothing is.
 * @param stored its messages, parents first
 * @param deathsMs when servers were killed
 */
export function faultsOf(
  { messageIds, read, surprises }: Conversation,
  stored: readonly Message[],
  calls: ReadonlyMap<string, readonly Call[]>,
  deathsMs: readonly number[],
): string[] {
  const faults = [...surprises]
  for (const id of messageIds) {
    const rows = stored.filter((message) => message.id === id)
    if (rows.length === 0) faults.push(`lost: ${id}`)
    if (rows.length > 1) faults.push(`twice: ${id}`)
    const replies = stored.filter(({ parent_id }) => parent_id === id)
    faults.push(...faultsOfReplies(id, replies, calls.get(id) ?? [], deathsMs))
  }
  for (const { messageId, text } of read)
    if (text !== answerTo(messageId)) faults.push(`read wrong: ${messageId}`)
  if (stored.filter(({ role }) => role === 'user').length > messageIds.length)
    faults.push('more messages than were sent')
  return faults
}

function faultsOfReplies(
  id: string,
  replies: readonly Message[],
  calls: readonly Call[],
  deathsMs: readonly number[],
): string[] {
  const faults: string[] = []
  const whole = answerTo(id)
  for (const { status, parts } of replies) {
    const text = textOfParts(parts)
    if (status === 'streaming') faults.push(`stuck: the reply to ${id}`)
    if (!whole.startsWith(text)) faults.push(`wrong text: the reply to ${id}`)
    if (status === 'complete' && text !== whole)
      faults.push(`cut, but complete: the reply to ${id}`)
  }
  if (replies.filter(({ status }) => status === 'complete').length > 1)
    faults.push(`answered twice: ${id}`)
  if (calls.length > replies.length) faults.push(`asked more often than begun: ${id}`)
  return [...faults, ...faultsOfKills(id, replies, calls, deathsMs)]
}

/** Every call that a death cut has a reply that holds what had been sent until shortly before. */
function faultsOfKills(
  id: string,
  replies: readonly Message[],
  calls: readonly Call[],
  deathsMs: readonly number[],
): string[] {
  const cut = replies
    .filter(({ error }) => error?.code === 'run_interrupted')
    .map(({ parts }) => textOfParts(parts).length)
  return calls.flatMap(({ sent, closedAtMs = Infinity }) => {
    if ((sent.at(-1)?.length ?? 0) >= answerTo(id).length) return []
    const isOfIt = (atMs: number) => atMs <= closedAtMs && atMs > closedAtMs - tearDownMs
    const cutAtMs = deathsMs.findLast(isOfIt) ?? closedAtMs
    const due = sent.findLast(({ atMs }) => atMs <= cutAtMs - behindMs)?.length ?? 0
    const isStopped = replies.some(({ status }) => status === 'stopped')
    if (isStopped || due === 0) return []
    const at = cut.findIndex((length) => length >= due)
    if (at === -1) return [`behind by more than ${behindMs} ms: the reply to ${id}`]
    cut.splice(at, 1)
    return []
  })
}
