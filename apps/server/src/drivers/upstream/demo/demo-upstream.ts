import { setTimeout as delay } from 'node:timers/promises'
import { textOfParts } from '@assistant-ui-proxy/contract'
import { AppError } from '../../../app-error.ts'
import {
  titleInstruction,
  type Batch,
  type Upstream,
  type UpstreamRequest,
} from '../../../chat/upstream.ts'
import type { Sink } from '../../../sink.ts'
import { writeDemoReply, writeDemoTitle, type DemoReply } from './demo-reply.ts'

/** An offline assistant, so that the product runs with nothing configured. */
export function createDemoUpstream(): Upstream {
  return {
    name: 'demo',
    description:
      'demo, an offline assistant (set OPENAI_BASE_URL or ASSISTANT_UI_BASE_URL for a real one)',
    stream: (request, sink, signal) => play(replyTo(request), sink, signal),
    listModels: async () => [{ id: 'demo', is_default: true }],
  }
}

function replyTo({ messages }: UpstreamRequest): DemoReply {
  const question = textOfParts(messages.findLast(({ role }) => role === 'user')?.parts ?? [])
  const wantsTitle =
    messages[0] !== undefined && textOfParts(messages[0].parts) === titleInstruction
  return wantsTitle ? writeDemoTitle(question) : writeDemoReply(question)
}

async function play(reply: DemoReply, sink: Sink<Batch>, signal: AbortSignal): Promise<void> {
  await sink([{ type: 'start' }, { type: 'start-step' }])
  for (const [index, { kind, text }] of reply.parts.entries()) {
    const id = String(index)
    await sink([{ type: `${kind}-start`, id }])
    for (const word of text.match(/\s*\S+\s*/g) ?? []) {
      if (reply.wordDelayMs > 0) await delay(reply.wordDelayMs, undefined, { signal })
      await sink([{ type: `${kind}-delta`, id, delta: word }])
    }
    await sink([{ type: `${kind}-end`, id }])
  }
  if (reply.fails)
    throw new AppError(
      'upstream_error',
      'The demo model broke off in mid-reply, as you asked. What came before is kept; retry to see it again.',
    )
  await sink([{ type: 'finish-step' }, { type: 'finish', finishReason: 'stop' }])
}
