import { accumulate, emptyReply, type UIMessageChunk } from '@assistant-ui-proxy/contract'
import { expect, it } from 'vitest'
import { applyGrowth, growthBetween, type ReplyContent } from './reply-growth.ts'

const steps: UIMessageChunk[] = [
  { type: 'start', messageMetadata: { model: 'm' } },
  { type: 'start-step' },
  { type: 'reasoning-start', id: 'r' },
  { type: 'reasoning-delta', id: 'r', delta: 'Hm' },
  { type: 'reasoning-delta', id: 'r', delta: '. 🙂' },
  { type: 'text-start', id: 't' },
  { type: 'text-delta', id: 't', delta: 'One ' },
  { type: 'reasoning-end', id: 'r' },
  { type: 'text-delta', id: 't', delta: 'two' },
  { type: 'tool-input-start', toolCallId: 'c', toolName: 'x' },
  { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{}' },
  { type: 'tool-input-available', toolCallId: 'c', toolName: 'x', input: {} },
  { type: 'data-a', id: 'd', data: 1 },
  { type: 'data-a', id: 'd', data: 2 },
  { type: 'reset-step' },
  { type: 'text-start', id: 't' },
  { type: 'text-delta', id: 't', delta: 'On' },
  { type: 'message-metadata', messageMetadata: { tokens: 3 } },
  { type: 'finish' },
]

it('what came on top, applied to what was there, is what is there, over any steps', () => {
  const states = steps.map((_, end) => accumulate(emptyReply, steps.slice(0, end + 1)))
  for (const [from, before] of states.entries())
    for (const after of states.slice(from)) {
      const growth = JSON.parse(JSON.stringify(growthBetween(before, after))) as never
      expect(applyGrowth(before, growth)).toEqual(contentOf(after))
    }
})

it('a text that goes on is written as its end alone', () => {
  const before = accumulate(emptyReply, [{ type: 'text-delta', id: 't', delta: 'x'.repeat(9_000) }])
  const after = accumulate(before, [{ type: 'text-delta', id: 't', delta: 'end' }])
  expect(growthBetween(before, after)).toEqual({ length: 1, changes: [{ at: 0, text: 'end' }] })
})

function contentOf({ parts, metadata }: ReplyContent): ReplyContent {
  return { parts: JSON.parse(JSON.stringify(parts)) as ReplyContent['parts'], metadata }
}
