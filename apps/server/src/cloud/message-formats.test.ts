import { describe, expect, it } from 'vitest'
import type { CloudMessageRecord } from './cloud-store.ts'
import { contentIn, formatOf, readContent } from './message-formats.ts'

const auiMessage = {
  role: 'assistant',
  content: [
    { type: 'reasoning', text: 'Hm' },
    { type: 'text', text: 'Look:' },
    { type: 'tool-call', toolCallId: 'c1', toolName: 'add', args: { a: 1 }, result: 2 },
    {
      type: 'tool-call',
      toolCallId: 'c2',
      toolName: 'div',
      argsText: '{"by":0}',
      result: 'no',
      isError: true,
    },
    { type: 'tool-call', toolCallId: 'c3', toolName: 'ask', args: {} },
    { type: 'source', sourceType: 'url', id: 's', url: 'https://example.com', title: 'T' },
    { type: 'image', image: 'data:image/png;base64,AA==' },
    { type: 'file', data: 'AA==', mimeType: 'application/pdf', filename: 'a.pdf' },
    { type: 'data', name: 'weather', data: { sun: true } },
  ],
  metadata: { unstable_annotations: [], unstable_data: [], steps: [], custom: { n: 1 } },
}

const sdkMessage = {
  role: 'assistant',
  parts: [
    { type: 'reasoning', text: 'Hm' },
    { type: 'text', text: 'Look:' },
    { type: 'tool-add', toolCallId: 'c1', input: { a: 1 }, state: 'output-available', output: 2 },
    {
      type: 'tool-div',
      toolCallId: 'c2',
      input: { by: 0 },
      state: 'output-error',
      errorText: 'no',
    },
    { type: 'tool-ask', toolCallId: 'c3', input: {}, state: 'input-available' },
    { type: 'source-url', sourceId: 's', url: 'https://example.com', title: 'T' },
    { type: 'file', url: 'data:image/png;base64,AA==', mediaType: 'image/png' },
    {
      type: 'file',
      url: 'data:application/pdf;base64,AA==',
      mediaType: 'application/pdf',
      filename: 'a.pdf',
    },
    { type: 'data-weather', data: { sun: true } },
  ],
  metadata: { n: 1 },
}

describe('the formats of messages', () => {
  it('turns what assistant-ui wrote into what the AI SDK reads', () => {
    expect(contentIn('ai-sdk/v6', written('aui/v0', auiMessage))).toEqual({
      format: 'ai-sdk/v6',
      content: sdkMessage,
    })
  })

  it('turns what the AI SDK wrote into what assistant-ui reads', () => {
    const told = contentIn('aui/v0', written('ai-sdk/v5', sdkMessage))
    expect(told?.content).toMatchObject({
      role: 'assistant',
      metadata: { custom: { n: 1 } },
      status: { type: 'complete' },
    })
    const again = contentIn('ai-sdk/v6', written('aui/v0', told?.content ?? {}))
    expect(again?.content).toEqual(sdkMessage)
  })

  it('reads attachments of a question', () => {
    const image = { type: 'image', image: 'https://example.com/a.png' }
    const attachments = [{ id: 'a', type: 'image', name: 'a.png', content: [image] }]
    const content = [{ type: 'text', text: 'What is it?' }]
    expect(readContent('aui/v0', { role: 'user', content, attachments })).toEqual({
      role: 'user',
      parts: [
        { type: 'text', text: 'What is it?' },
        { type: 'file', url: 'https://example.com/a.png', mediaType: 'image/*' },
      ],
    })
  })

  it('gives AI SDK 5 and 6 what the other wrote, as it is', () => {
    for (const [from, to] of [
      ['ai-sdk/v5', 'ai-sdk/v6'],
      ['ai-sdk/v6', 'ai-sdk/v5'],
    ] as const)
      expect(contentIn(to, written(from, sdkMessage))).toEqual({ format: to, content: sdkMessage })
  })

  it('leaves out what it cannot convert, and gives everything as it was written', () => {
    const strange = { anything: ['at', 'all'] }
    const message = written('langgraph/v1', strange)
    expect(contentIn('ai-sdk/v6', message)).toBeUndefined()
    expect(contentIn('langgraph/v1', message)?.content).toEqual(strange)
    expect(contentIn(undefined, message)).toEqual({ format: 'langgraph/v1', content: strange })
    expect(
      contentIn('ai-sdk/v6', written('aui/v0', { role: 'robot', content: [] })),
    ).toBeUndefined()
    const unreadable = { role: 'user', content: [{ type: 'hologram' }] }
    expect(contentIn('ai-sdk/v6', written('aui/v0', unreadable))).toBeUndefined()
    expect(readContent('langgraph/v1', strange)).toEqual({ role: 'assistant', parts: [] })
  })

  it('keeps the parts that it can read of what a newer client wrote', () => {
    const parts = [
      { type: 'text', text: 'Hi' },
      { type: 'hologram', of: 'a cat' },
    ]
    expect(readContent('ai-sdk/v6', { role: 'user', parts }).parts).toEqual([parts[0]])
  })

  it('tells by its form in which format a change was written', () => {
    expect(formatOf({ parts: [] }, null)).toBe('ai-sdk/v6')
    expect(formatOf({ parts: [] }, 'ai-sdk/v5')).toBe('ai-sdk/v5')
    expect(formatOf({ parts: [] }, 'aui/v0')).toBe('ai-sdk/v6')
    expect(formatOf({ content: [] }, null)).toBe('aui/v0')
    expect(formatOf({ content: [] }, 'langgraph/v1')).toBe('langgraph/v1')
  })
})

function written(format: string, content: Record<string, unknown>): CloudMessageRecord {
  const time = new Date().toISOString()
  return {
    id: 'm',
    parent_id: null,
    ...readContent(format, content),
    status: 'complete',
    error: null,
    metadata: undefined,
    created_at: time,
    updated_at: time,
    external_id: null,
    format,
    content,
  }
}
