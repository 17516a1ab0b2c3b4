import {
  accumulate,
  emptyReply,
  textOfParts,
  type ChatBody,
  type Client,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import { aborted, finishBatch, scriptUpstream, textBatch } from './scripted-upstream.ts'

/** The first message of a thread. */
export const hello = {
  id: 't1',
  parent_id: null,
  messages: [{ id: 'm1', role: 'user' as const, content: 'Hello' }],
}

/** The message that follows. */
export const another = {
  id: 't1',
  parent_id: 'm1',
  messages: [{ id: 'm2', role: 'user' as const, content: 'And?' }],
}

/** An upstream that says what the test says, when it says it. */
export function scriptConversation() {
  let next = Promise.withResolvers<readonly UIMessageChunk[]>()
  let isClosed = false
  const batches: Promise<readonly UIMessageChunk[]>[] = [next.promise]
  const put = (batch: readonly UIMessageChunk[]) => {
    next.resolve(batch)
    next = Promise.withResolvers()
    batches.push(next.promise)
  }
  const { upstream, requests } = scriptUpstream(async function* (_request, signal) {
    try {
      for (;;) {
        const batch = await Promise.race([batches[0], aborted(signal)])
        signal.throwIfAborted()
        batches.shift()
        if (batch !== undefined) yield batch
      }
    } finally {
      isClosed = true
    }
  })
  return {
    upstream,
    say: (text: string) => put(textBatch(text)),
    finish: () => put(finishBatch),
    closed: () => isClosed,
    asked: () => requests.length,
  }
}

export function post(url: string, body: ChatBody, headers: Record<string, string> = {}) {
  return fetch(`${url}/api/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

export async function messagesOf(client: Client) {
  const answer = await client.threads.messages({ params: { thread_id: 't1' } })
  return answer.status === 200 ? answer.body : []
}

export async function statusOf(client: Client) {
  return (await messagesOf(client))[1]?.status
}

export async function collect(chunks: AsyncIterable<UIMessageChunk> | never[]) {
  const collected: UIMessageChunk[] = []
  for await (const chunk of chunks) collected.push(chunk)
  return collected
}

export function chunksIn(stream: string): UIMessageChunk[] {
  const data = [...stream.matchAll(/^data: (\{.*)$/gm)].map(([, json]) => json ?? '')
  return data.map((json) => JSON.parse(json) as UIMessageChunk)
}

export function textOf(chunks: readonly UIMessageChunk[]): string {
  return textOfParts(accumulate(emptyReply, chunks).parts)
}
