import type { UIMessageChunk } from '../src/ui-message-chunk.ts'

/** A reply with all that is hard on a reader of event streams: what it says looks like frames. */
export const recordedChunks: readonly UIMessageChunk[] = [
  { type: 'start', messageId: 'reply-1', messageMetadata: { model: 'demo' } },
  { type: 'start-step' },
  { type: 'reasoning-start', id: 'r' },
  { type: 'reasoning-delta', id: 'r', delta: 'first line\nsecond line\r\nthird\rfourth' },
  { type: 'reasoning-end', id: 'r' },
  { type: 'text-start', id: 't' },
  { type: 'text-delta', id: 't', delta: '' },
  { type: 'text-delta', id: 't', delta: '\n\n' },
  { type: 'text-delta', id: 't', delta: 'family 👨‍👩‍👧‍👦, flag 🏴‍☠️, clef 𝄞, ñ, 語' },
  { type: 'text-delta', id: 't', delta: 'data: {"type":"finish"}\n\ndata: [DONE]\n\n' },
  { type: 'text-delta', id: 't', delta: '[DONE]' },
  { type: 'text-delta', id: 't', delta: ': a comment\nevent: x\nid: 1\nretry: 1' },
  { type: 'text-delta', id: 't', delta: 'line\u2028paragraph\u2029next\u0085bom\uFEFFnull\u0000' },
  { type: 'text-end', id: 't' },
  { type: 'tool-input-start', toolCallId: 'c', toolName: 'weather' },
  { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{"city":"Zü' },
  { type: 'tool-input-available', toolCallId: 'c', toolName: 'weather', input: { city: 'Zürich' } },
  { type: 'tool-output-available', toolCallId: 'c', output: ['☀️', 21.5, null] },
  { type: 'data-note', id: 'n', data: { text: '\\n"quoted"' } },
  { type: 'finish-step' },
  { type: 'finish', finishReason: 'stop' },
]
