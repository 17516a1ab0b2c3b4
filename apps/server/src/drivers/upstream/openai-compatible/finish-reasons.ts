import type { FinishReason } from '@assistant-ui-proxy/contract'

const finishReasons: ReadonlyMap<string, FinishReason> = new Map([
  ['stop', 'stop'],
  ['length', 'length'],
  // Of Mistral's, that there is no room left in the model.
  ['model_length', 'length'],
  ['content_filter', 'content-filter'],
  ['tool_calls', 'tool-calls'],
  ['function_call', 'tool-calls'],
])

/** With these, servers say that they gave up: DeepSeek, OpenRouter, SGLang, vLLM and Gemini's. */
const failures: ReadonlySet<string> = new Set([
  'insufficient_system_resource',
  'error',
  'abort',
  'function_call_filter',
])

/** With these, the reply may end in the middle of a call. */
const cuts: ReadonlySet<FinishReason> = new Set(['length', 'content-filter'])

export function toFinishReason(said: string): FinishReason {
  return finishReasons.get(nameIn(said)) ?? 'other'
}

export function isFailure(said: string): boolean {
  return failures.has(nameIn(said))
}

export function isCut(reason: FinishReason): boolean {
  return cuts.has(reason)
}

/** Gemini's say more behind it: `content_filter: PROHIBITED_CONTENT`. */
function nameIn(said: string): string {
  return said.split(':', 1)[0] ?? said
}
