import type { ChatMessage } from '@assistant-ui-proxy/contract'
import { expect, it } from 'vitest'
import { joinMessages } from './join-messages.ts'
import { toOpenAiMessages } from './openai-messages.ts'
import { metadataOf } from './provider-metadata.ts'

const pixel = 'data:image/png;base64,AAAA'

it('sends text alone as a string', () => {
  const messages: ChatMessage[] = [
    { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
    { role: 'user', parts: [{ type: 'text', text: 'Hello' }] },
    { role: 'assistant', parts: [{ type: 'text', text: 'Hi' }] },
  ]
  expect(toOpenAiMessages(messages, 'me')).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hello' },
    { role: 'assistant', content: 'Hi' },
  ])
})

it('sends images, audio and files as parts', () => {
  const parts: ChatMessage['parts'] = [
    { type: 'text', text: 'Look' },
    { type: 'file', mediaType: 'image/png', url: pixel },
    { type: 'file', mediaType: 'audio/mpeg', url: 'data:audio/mpeg;base64,BBBB' },
    {
      type: 'file',
      mediaType: 'application/pdf',
      url: 'data:application/pdf;base64,CC',
      filename: 'a.pdf',
    },
  ]
  expect(toOpenAiMessages([{ role: 'user', parts }], 'me')).toEqual([
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look' },
        { type: 'image_url', image_url: { url: pixel } },
        { type: 'input_audio', input_audio: { data: 'BBBB', format: 'mp3' } },
        { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,CC' } },
      ],
    },
  ])
})

it('sends each step of a reply with the results of its tools, and no reasoning of unknown authors', () => {
  const message: ChatMessage = {
    role: 'assistant',
    parts: [
      { type: 'step-start' },
      { type: 'reasoning', text: 'Hm.' },
      {
        type: 'tool-weather',
        toolCallId: 'a',
        state: 'output-available',
        input: { city: 'Bern' },
        output: { c: 21 },
      },
      {
        type: 'dynamic-tool',
        toolName: 'time',
        toolCallId: 'b',
        state: 'input-available',
        input: {},
      },
      { type: 'step-start' },
      { type: 'text', text: 'It is 21 °C.' },
    ],
  }
  expect(toOpenAiMessages([message], 'me')).toEqual([
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'a', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } },
        { id: 'b', type: 'function', function: { name: 'time', arguments: '{}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'a', content: '{"c":21}' },
    { role: 'tool', tool_call_id: 'b', content: 'The call was not carried out.' },
    { role: 'assistant', content: 'It is 21 °C.' },
  ])
})

it('gives reasoning and what came with a tool call back to their author, and to nobody else', () => {
  const mine = (more?: object) => metadataOf('me', more)
  const step = (metadata: (more?: object) => Record<string, unknown>, toolCallId: string) => [
    { type: 'step-start' as const },
    { type: 'reasoning' as const, text: 'Hm', providerMetadata: metadata() },
    {
      type: 'tool-time' as const,
      toolCallId,
      state: 'output-available' as const,
      input: {},
      output: 9,
      callProviderMetadata: metadata({ extra_content: { google: { thought_signature: 's' } } }),
    },
  ]
  const theirs = (more?: object) => metadataOf('they', more)
  const nobodys = () => ({ other: { author: 'me' }, 'openai-compatible': 'me' })
  const parts = [...step(mine, 'a'), ...step(theirs, 'b'), ...step(nobodys, 'c')]
  const replies = toOpenAiMessages([{ role: 'assistant', parts }], 'me').filter(
    ({ role }) => role === 'assistant',
  )
  const call = { type: 'function', function: { name: 'time', arguments: '{}' } }
  expect(replies).toEqual([
    {
      role: 'assistant',
      content: null,
      reasoning_content: 'Hm',
      tool_calls: [{ id: 'a', ...call, extra_content: { google: { thought_signature: 's' } } }],
    },
    { role: 'assistant', content: null, tool_calls: [{ id: 'b', ...call }] },
    { role: 'assistant', content: null, tool_calls: [{ id: 'c', ...call }] },
  ])
})

it('gives details of its reasoning back to a model, whatever part has them', () => {
  const reasoning_details = [{ type: 'reasoning.encrypted', data: 'a' }]
  const metadata = metadataOf('me', { reasoning_details })
  const text = { type: 'text' as const, text: 'So', providerMetadata: metadata }
  const call = {
    type: 'tool-time' as const,
    toolCallId: 'a',
    state: 'output-available' as const,
    callProviderMetadata: metadata,
  }
  const reply = (author: string) =>
    [text, call].map((part) => toOpenAiMessages([{ role: 'assistant', parts: [part] }], author)[0])
  expect(reply('me')).toMatchObject([{ reasoning_details }, { reasoning_details }])
  for (const message of reply('they')) expect(message).not.toHaveProperty('reasoning_details')
})

it('gives reasoning back under the name under which it came, where that is taken and no details say it', () => {
  const reasoning_details = [{ type: 'reasoning.encrypted', data: 'a' }]
  const reasoning = {
    type: 'reasoning' as const,
    text: 'Hm',
    providerMetadata: metadataOf('me', { field: 'reasoning' }),
  }
  const step = (metadata = metadataOf('me')) => [
    { role: 'assistant' as const, parts: [reasoning, textPart('So', metadata)] },
  ]
  const said = { role: 'assistant', content: 'So' }
  expect(toOpenAiMessages(step(), 'me')).toEqual([{ ...said, reasoning: 'Hm' }])
  expect(toOpenAiMessages(step(), 'me', false)).toEqual([said])
  expect(toOpenAiMessages(step(), 'they')).toEqual([said])
  expect(toOpenAiMessages(step(metadataOf('me', { reasoning_details })), 'me')).toEqual([
    { ...said, reasoning_details },
  ])
})

it('makes one message of those of the user, or of the system, that follow each other', () => {
  const said = (role: 'system' | 'user' | 'assistant', ...parts: ChatMessage['parts']) => ({
    role,
    parts,
  })
  const text = (words: string) => ({ type: 'text' as const, text: words })
  const messages: ChatMessage[] = [
    said('system', text('Be brief.')),
    said('system', text('Be kind.')),
    said('user', text('Hello')),
    // A reply that failed before it said anything.
    said('assistant', { type: 'step-start' }),
    said('user', text('Hello?')),
    said('assistant', text('Hi')),
    said('user', text('Look'), { type: 'file', mediaType: 'image/png', url: pixel }),
    said('user', text('And?')),
  ]
  expect(joinMessages(toOpenAiMessages(messages, 'me'))).toEqual([
    { role: 'system', content: 'Be brief.\n\nBe kind.' },
    { role: 'user', content: 'Hello\n\nHello?' },
    { role: 'assistant', content: 'Hi' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look' },
        { type: 'image_url', image_url: { url: pixel } },
        { type: 'text', text: 'And?' },
      ],
    },
  ])
})

it('gives what a model thought between tags back to it as it came, and to no other', () => {
  const providerMetadata = metadataOf('me', { field: '<think>' })
  const thought = { type: 'reasoning' as const, text: 'Hm.\n', providerMetadata }
  const parts = [thought, { type: 'text' as const, text: 'So' }]
  const content = (author: string, said: ChatMessage['parts']) =>
    toOpenAiMessages([{ role: 'assistant', parts: said }], author)
  expect(content('me', parts)).toEqual([
    { role: 'assistant', content: '<think>\nHm.\n</think>\n\nSo' },
  ])
  expect(content('they', parts)).toEqual([{ role: 'assistant', content: 'So' }])
  expect(content('me', [thought])).toEqual([])
})

it('leaves out a reply that says nothing', () => {
  expect(toOpenAiMessages([{ role: 'assistant', parts: [{ type: 'step-start' }] }], 'me')).toEqual(
    [],
  )
})

function textPart(text: string, providerMetadata: Record<string, unknown>) {
  return { type: 'text' as const, text, providerMetadata }
}

it('gives a model what a tool of assistant-ui says to it alone, in place of what the page shows', () => {
  const resultOf = (output: unknown) => {
    const call = { type: 'tool-chart', toolCallId: 'c', state: 'output-available' as const }
    const parts = [{ ...call, input: {}, output }] as ChatMessage['parts']
    return toOpenAiMessages([{ role: 'assistant', parts }], 'me').at(-1)?.content
  }
  const envelope = (...content: unknown[]) => ({ __aui_modelContent: content, value: { rows: 9 } })
  expect(resultOf(envelope({ type: 'text', text: 'It ' }, { type: 'text', text: 'rises.' }))).toBe(
    'It rises.',
  )
  expect(resultOf(envelope({ type: 'file', data: 'AAAA', mediaType: 'image/png' }))).toBe(
    '{"rows":9}',
  )
  expect(resultOf({ __aui_modelContent: [null] })).toBe('{"__aui_modelContent":[null]}')
})
