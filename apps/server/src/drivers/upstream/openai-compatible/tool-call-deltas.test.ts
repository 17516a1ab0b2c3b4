import {
  accumulate,
  emptyReply,
  isToolPart,
  toolNameOf,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import { describe, expect, it } from 'vitest'
import type { ToolCallDelta } from './completion-event.ts'
import { OpenAiMapping } from './openai-mapping.ts'

const context = { tools: {}, takenIds: [], author: 'me' }

const rome = '{"city":"Rome"}'
const bern = '{"city":"Bern"}'

describe('ToolCallDeltas', () => {
  it.each<[string, ToolCallDelta[], [string, string, string][]]>([
    [
      'empty ids',
      [delta(0, '', 'weather', rome), delta(1, '', 'time', bern)],
      [
        ['call_0', 'weather', rome],
        ['call_1', 'time', bern],
      ],
    ],
    [
      'equal ids',
      [delta(0, 'a', 'weather', rome), delta(1, 'a', 'time', bern)],
      [
        ['a', 'weather', rome],
        ['a_1', 'time', bern],
      ],
    ],
    [
      'an id like one that was made',
      [delta(0, '', 'weather', rome), delta(1, 'call_0', 'time', bern)],
      [
        ['call_0', 'weather', rome],
        ['call_0_1', 'time', bern],
      ],
    ],
    [
      'index 0 for all',
      [delta(0, 'a', 'weather', rome), delta(0, 'b', 'time', '{"city":'), delta(0, '', '', '1}')],
      [
        ['a', 'weather', rome],
        ['b', 'time', '{"city":1}'],
      ],
    ],
    [
      'index 0 for all, and empty ids',
      [
        delta(0, '', 'weather', '{"city":{}'),
        delta(0, '', 'weather', '}'),
        delta(0, '', 'weather', ''),
        delta(0, '', 'weather', bern),
      ],
      [
        ['call_0', 'weather', '{"city":{}}'],
        ['call_0_1', 'weather', bern],
      ],
    ],
    [
      'an id and a name in every delta',
      [delta(0, 'a', 'weather', '{"city":'), delta(0, 'a', 'weather', '1}')],
      [['a', 'weather', '{"city":1}']],
    ],
    [
      // vLLM and LMDeploy have done so, and Poolside.
      'another id in every delta, but the name in the first only',
      [delta(0, 'a', 'weather', ''), delta(0, 'b', '', '{"city":'), delta(0, 'c', '', '1}')],
      [['a', 'weather', '{"city":1}']],
    ],
    [
      'no index, and whole',
      [delta(null, 'a', 'weather', rome), delta(null, 'a', 'weather', bern)],
      [
        ['a', 'weather', rome],
        ['a_1', 'weather', bern],
      ],
    ],
    [
      'no index, and in pieces',
      [delta(null, 'a', 'weather', '{"city":'), delta(null, '', '', '1}')],
      [['a', 'weather', '{"city":1}']],
    ],
  ])('keeps calls apart that come with %s', (_, deltas, calls) => {
    expect(callsOf(deltas)).toEqual(calls)
  })

  it('gives no call an id that another of the conversation has', () => {
    const deltas = [delta(0, '', 'weather', rome), delta(1, 'b', 'time', bern)]
    const ids = callsOf(deltas, ['call_0', 'b', 'b_3']).map(([id]) => id)
    expect(new Set([...ids, 'call_0', 'b', 'b_3']).size).toBe(5)
  })

  it('finds free ids soon, also for thousands of calls with the same', () => {
    const deltas = Array.from({ length: 20_000 }, (_, index) => delta(index, 'a', 'time', '{}'))
    const mapping = new OpenAiMapping(context)
    const chunks: UIMessageChunk[] = []
    mapping.map(JSON.stringify({ choices: [{ delta: { tool_calls: deltas } }] }), chunks)
    const ids = chunks.flatMap((chunk) =>
      chunk.type === 'tool-input-start' ? chunk.toolCallId : [],
    )
    expect(new Set(ids).size).toBe(20_000)
  })
})

function delta(index: number | null, id: string, name: string, text: string): ToolCallDelta {
  return { index, id, function: { name, arguments: text } }
}

/** Of each call the id, the name and the arguments. */
function callsOf(deltas: ToolCallDelta[], takenIds: string[] = []) {
  const mapping = new OpenAiMapping({ ...context, takenIds })
  const chunks: UIMessageChunk[] = []
  for (const call of deltas)
    mapping.map(JSON.stringify({ choices: [{ delta: { tool_calls: [call] } }] }), chunks)
  mapping.map('{"choices":[{"finish_reason":"tool_calls"}]}', chunks)
  mapping.map('[DONE]', chunks)
  const { parts } = accumulate(emptyReply, chunks)
  return parts
    .filter(isToolPart)
    .map((part) => [part.toolCallId, toolNameOf(part), JSON.stringify(part.input)])
}
