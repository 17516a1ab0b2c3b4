import { isUIMessageChunk, type UIMessageChunk } from '@assistant-ui-proxy/contract'
import {
  asSchema,
  DefaultChatTransport,
  isToolUIPart,
  lastAssistantMessageIsCompleteWithApprovalResponses,
  readUIMessageStream,
  uiMessageChunkSchema,
  type UIMessage,
  type UIMessageChunk as AiChunk,
} from 'ai'
import { describe, expect, it } from 'vitest'
import { scriptUpstream } from './scripted-upstream.ts'
import { startTestServer } from './test-server.ts'

const validator = asSchema(uiMessageChunkSchema)

// Clients that nobody here wrote: the AI SDK's own transport, reader and validator.

describe('the AI SDK', () => {
  it('reads a whole reply through its transport, and its validator accepts every chunk', async () => {
    const { url, client } = await startTestServer()
    const stream = await sendBy(url, [userMessage('u1', 'Think aloud')])
    const [forValidator, forReader] = stream.tee()
    const types = new Set<string>()
    for await (const chunk of forValidator) {
      types.add(chunk.type)
      expect(await validator.validate?.(chunk)).toMatchObject({ success: true })
    }
    expect([...types]).toEqual(
      expect.arrayContaining(['start', 'reasoning-delta', 'text-delta', 'finish']),
    )
    let message: UIMessage | undefined
    for await (const state of readUIMessageStream({ stream: forReader })) message = state
    const stored = await client.threads.messages({ params: { thread_id: 't1' } })
    expect(stored.status === 200 && stored.body[1]).toMatchObject({
      id: message?.id,
      parts: JSON.parse(JSON.stringify(message?.parts)) as unknown,
    })
  })

  it('raises the terminal error of a reply that fails', async () => {
    const { url } = await startTestServer()
    const stream = await sendBy(url, [userMessage('u1', 'error')])
    const chunks: unknown[] = []
    for await (const chunk of stream) chunks.push(chunk)
    expect(chunks.at(-1)).toMatchObject({ type: 'error' })
  })

  it.each([true, false])(
    'goes on with a call when the user has said %s to it',
    async (approved) => {
      const { upstream, requests } = scriptUpstream(async function* () {
        const result: UIMessageChunk = approved
          ? { type: 'tool-output-available', toolCallId: 'c', output: 'paid' }
          : { type: 'tool-output-denied', toolCallId: 'c' }
        yield requests.length === 1 ? askForLeave : [{ type: 'start' }, result]
        yield [{ type: 'finish' }]
      })
      const { url, client } = await startTestServer({ upstream })
      const question = userMessage('u1', 'Pay')
      const asked = await readMessage(await sendBy(url, [question]))
      const answered = {
        ...asked,
        parts: asked.parts.map((part) =>
          isToolUIPart(part) && part.state === 'approval-requested'
            ? { ...part, state: 'approval-responded', approval: { id: 'a', approved } }
            : part,
        ),
      } as UIMessage
      const messages = [question, answered]
      expect(lastAssistantMessageIsCompleteWithApprovalResponses({ messages })).toBe(true)
      const reply = await readMessage(await sendBy(url, messages), answered)
      expect(requests[1]?.messages.at(-1)?.parts).toMatchObject([
        { state: 'approval-responded', approval: { id: 'a', approved } },
      ])
      const stored = await client.threads.messages({ params: { thread_id: 't1' } })
      const state = approved ? 'output-available' : 'output-denied'
      for (const { id, parts } of [reply, ...(stored.status === 200 ? stored.body.slice(1) : [])])
        expect({ id, parts }).toMatchObject({ id: asked.id, parts: [{ toolCallId: 'c', state }] })
    },
  )

  it.each<[string, unknown]>([
    ['start', { type: 'start', messageId: 'x', messageMetadata: { a: 1 } }],
    ['text-delta', { type: 'text-delta', id: '0', delta: '' }],
    ['text-delta without id', { type: 'text-delta', delta: 'x' }],
    ['text-delta without delta', { type: 'text-delta', id: '0' }],
    [
      'tool-input-available',
      { type: 'tool-input-available', toolCallId: '1', toolName: 'x', input: {} },
    ],
    ['tool-output-error without text', { type: 'tool-output-error', toolCallId: '1' }],
    ['tool-approval-response', { type: 'tool-approval-response', approvalId: '1', approved: true }],
    ['tool-approval-response without answer', { type: 'tool-approval-response', approvalId: '1' }],
    ['source-document', { type: 'source-document', sourceId: '1', mediaType: 'a/b', title: 'x' }],
    ['data', { type: 'data-weather', data: { c: 21 } }],
    ['finish', { type: 'finish', finishReason: 'length' }],
    ['finish for a reason that there is not', { type: 'finish', finishReason: 'tired' }],
    ['steering-message', { type: 'steering-message', id: '1', parts: [] }],
    ['reset-step', { type: 'reset-step' }],
    ['a type that there is not', { type: 'telepathy' }],
    ['no type', { id: '0' }],
    ['a string', 'start'],
    ['null', null],
  ])('agrees with our guard on %s', async (_name, chunk) => {
    const verdict = await validator.validate?.(chunk)
    expect(isUIMessageChunk(chunk)).toBe(verdict?.success)
  })
})

const askForLeave: UIMessageChunk[] = [
  { type: 'tool-input-available', toolCallId: 'c', toolName: 'pay', input: { sum: 5 } },
  { type: 'tool-approval-request', approvalId: 'a', toolCallId: 'c' },
]

/** @param message what the stream goes on from */
async function readMessage(stream: ReadableStream<AiChunk>, message?: UIMessage) {
  let read = message
  for await (const state of readUIMessageStream({ stream, ...(message && { message }) }))
    read = state
  if (read === undefined) throw new Error('nothing came')
  return read
}

function sendBy(url: string, messages: UIMessage[]) {
  const transport = new DefaultChatTransport({ api: `${url}/api/chat` })
  return transport.sendMessages({
    chatId: 't1',
    messages,
    trigger: 'submit-message',
    messageId: undefined,
    abortSignal: undefined,
  })
}

function userMessage(id: string, text: string): UIMessage {
  return { id, role: 'user', parts: [{ type: 'text', text }] }
}
