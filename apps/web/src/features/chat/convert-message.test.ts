import { describe, expect, it } from 'vitest'
import { createProblem, type MessagePart } from '@assistant-ui-proxy/contract'
import { convertRow } from './convert-message.ts'
import { newRow } from './message-tree.ts'

function contentOf(...parts: MessagePart[]) {
  return convertRow(newRow('assistant', 'q', { parts })).message.content
}

describe('convertRow', () => {
  it('gives the same object for the same row', () => {
    const row = newRow('user', null, { parts: [{ type: 'text', text: 'Hello' }] })
    expect(convertRow(row)).toBe(convertRow(row))
  })

  it('keeps the identity of parts that did not change', () => {
    const reasoning: MessagePart = { type: 'reasoning', text: 'Hm.', state: 'done' }
    const [before] = contentOf(reasoning, { type: 'text', text: 'A' })
    const [after] = contentOf(reasoning, { type: 'text', text: 'AB' })
    expect(after).toBe(before)
  })

  it('carries text, reasoning, sources, files and data over, and leaves steps out', () => {
    expect(
      contentOf(
        { type: 'step-start' },
        { type: 'reasoning', text: 'Hm.' },
        { type: 'text', text: 'So.' },
        { type: 'source-url', sourceId: 's', url: 'https://example.org', title: 'Example' },
        { type: 'file', url: 'https://example.org/a.png', mediaType: 'image/png' },
        { type: 'data-weather', data: { degrees: 3 } },
      ),
    ).toMatchObject([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'So.' },
      { type: 'source', sourceType: 'url', id: 's', url: 'https://example.org', title: 'Example' },
      { type: 'file', data: 'https://example.org/a.png', mimeType: 'image/png' },
      { type: 'data', name: 'weather', data: { degrees: 3 } },
    ])
  })

  it('makes a tool call of either form of tool part', () => {
    const [named, dynamic] = contentOf(
      tool({ type: 'tool-search', state: 'output-available', input: { q: 'x' }, output: [1] }),
      tool({ type: 'dynamic-tool', toolName: 'run', state: 'output-error', errorText: 'No.' }),
    )
    expect(named).toMatchObject({ toolName: 'search', argsText: '{"q":"x"}', result: [1] })
    expect(dynamic).toMatchObject({ toolName: 'run', result: 'No.', isError: true })
  })

  it('shows the input of a tool while it streams', () => {
    const [call] = contentOf(
      tool({ type: 'tool-search', state: 'input-streaming', rawInput: '{"q":"ha' }),
    )
    expect(call).toMatchObject({ argsText: '{"q":"ha', args: { q: 'ha' } })
  })

  it('gives a failed reply its problem', () => {
    const problem = createProblem('upstream_error', 'It broke.')
    const { message } = convertRow(newRow('assistant', 'q', { status: 'failed', problem }))
    expect(message).toMatchObject({
      status: { type: 'incomplete', reason: 'error' },
      metadata: { custom: { problem } },
    })
  })

  it('takes from a user only what a user can say', () => {
    const row = newRow('user', null, {
      parts: [
        { type: 'text', text: 'Look' },
        { type: 'reasoning', text: 'never shown' },
      ],
    })
    expect(convertRow(row).message.content).toMatchObject([{ type: 'text', text: 'Look' }])
  })
})

function tool(part: object): MessagePart {
  return {
    toolCallId: 'c',
    input: undefined,
    output: undefined,
    rawInput: undefined,
    ...part,
  } as MessagePart
}
