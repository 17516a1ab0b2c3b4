import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  accumulate,
  createEventReader,
  emptyReply,
  textOfParts,
  type UIMessageChunk,
} from '@assistant-ui-proxy/contract'
import { describe, expect, it } from 'vitest'
import { OpenAiMapping } from './openai-mapping.ts'
import { metadataOf } from './provider-metadata.ts'

const context = { tools: {}, takenIds: [], author: 'me' }

// The streams in fixtures/ follow the API references of OpenAI, OpenRouter, DeepSeek and vLLM.

describe('OpenAiMapping', () => {
  it('maps text, its end, the model and the usage', async () => {
    expect(replyOf(await readFixture('text'))).toMatchObject({
      status: 'complete',
      finishReason: 'stop',
      metadata: { model: 'gpt-x', usage: { input_tokens: 9, output_tokens: 3, total_tokens: 12 } },
      parts: [{ type: 'step-start' }, { type: 'text', text: 'Grüße 👩‍👩‍👧\n\ndata: x', state: 'done' }],
    })
  })

  it('maps reasoning under either of its names, before the text', async () => {
    expect(replyOf(await readFixture('reasoning'))).toMatchObject({
      status: 'complete',
      finishReason: 'length',
      parts: [
        { type: 'step-start' },
        { type: 'reasoning', text: 'First, then.', state: 'done' },
        { type: 'text', text: 'So: 42', state: 'done' },
      ],
    })
  })

  it('names the author of reasoning under the name under which it is wanted back', () => {
    const reasoningOf = (delta: object) => {
      const chunks: UIMessageChunk[] = []
      new OpenAiMapping(context).map(eventOf(delta), chunks)
      return accumulate(emptyReply, chunks).parts.find(({ type }) => type === 'reasoning')
    }
    expect(reasoningOf({ reasoning_content: 'Hm' })).toMatchObject({
      text: 'Hm',
      providerMetadata: metadataOf('me'),
    })
    expect(reasoningOf({ reasoning: 'Hm' })).toMatchObject({
      text: 'Hm',
      providerMetadata: metadataOf('me', { field: 'reasoning' }),
    })
    const both = { reasoning: 'Hm', reasoning_content: 'Hm' }
    expect(reasoningOf(both)).toHaveProperty('providerMetadata', metadataOf('me'))
  })

  it.each([
    ['the first tool call of a step', { tool_calls: [0, 1].map((index) => callAt(index)) }],
    ['its text, where it has no call', { content: 'So' }],
  ])('keeps details of the reasoning with %s', (_, said) => {
    const details = (data: string) => [{ type: 'reasoning.encrypted', data }]
    const chunks: UIMessageChunk[] = []
    const mapping = new OpenAiMapping(context)
    for (const delta of [
      { reasoning_details: details('a') },
      said,
      { reasoning_details: details('b') },
    ])
      mapping.map(eventOf(delta), chunks)
    mapping.map('{"choices":[{"finish_reason":"stop"}]}', chunks)
    mapping.map('[DONE]', chunks)
    const { parts } = accumulate(emptyReply, chunks)
    const [first, second] = parts.slice(1)
    const metadata = metadataOf('me', { reasoning_details: [...details('a'), ...details('b')] })
    expect(JSON.stringify(first)).toContain(JSON.stringify(metadata))
    expect(JSON.stringify(second) ?? '').not.toContain('encrypted')
  })

  it('maps tool calls as they grow, and tells arguments that are not JSON', async () => {
    const fixture = await readFixture('tool-calls')
    expect(chunksOf(fixture)).toContainEqual({
      type: 'tool-input-delta',
      toolCallId: 'call_a',
      inputTextDelta: '{"city":',
    })
    expect(replyOf(fixture)).toMatchObject({
      status: 'complete',
      finishReason: 'tool-calls',
      parts: [
        { type: 'step-start' },
        {
          toolCallId: 'call_a',
          toolName: 'weather',
          state: 'input-available',
          input: { city: 'Bern' },
        },
        { toolCallId: 'call_b', toolName: 'time', state: 'output-error', input: '{oops' },
      ],
    })
  })

  it.each(['text', 'reasoning', 'tool-calls'])(
    'maps %s the same wherever it is cut',
    async (name) => {
      const whole = await readFixture(name)
      const expected = chunksOf(whole)
      for (let cut = 1; cut < whole.length; cut++) expect(chunksOf(whole, cut)).toEqual(expected)
    },
  )

  it('takes a finish reason without [DONE] for the end, but nothing less', async () => {
    const fixture = (await readFixture('text')).toString()
    const withoutDone = fixture.replace('data: [DONE]\n\n', '')
    expect(replyOf(Buffer.from(withoutDone)).status).toBe('complete')
    const cut = fixture.slice(0, fixture.indexOf('"finish_reason":"stop"'))
    expect(replyOf(Buffer.from(cut)).status).toBe('streaming')
  })

  it('takes no empty finish reason for the end, neither of text nor of a tool call', () => {
    const call = { index: 0, id: 'a', function: { name: 'pay', arguments: '{}' } }
    const unfinished = (delta: object) =>
      JSON.stringify({ choices: [{ delta, finish_reason: '' }] })
    for (const delta of [{ content: 'The answer is 4' }, { tool_calls: [call] }]) {
      const stream = (end: string) => Buffer.from(`data: ${unfinished(delta)}\n\n${end}`)
      for (const end of ['', 'data: [DONE]\n\n']) {
        const types = chunksOf(stream(end)).map(({ type }) => type)
        expect(types).not.toContain('finish')
        expect(types).not.toContain('tool-input-available')
      }
    }
  })

  it('reads the choice whose index is 0 or missing, and no other', () => {
    const choice = (index: number | undefined, content: string, finish_reason?: string) => ({
      index,
      delta: { content },
      finish_reason,
    })
    const streams = [
      [
        [choice(0, 'a')],
        [choice(1, 'B')],
        [choice(1, 'C')],
        [choice(0, 'b')],
        [choice(1, '', 'stop')],
      ],
      [
        [choice(1, 'B'), choice(0, 'a')],
        [choice(1, 'C', 'stop'), choice(undefined, 'b')],
      ],
    ]
    for (const events of streams) {
      const bytes = Buffer.from(
        events.map((choices) => `data: ${JSON.stringify({ choices })}\n\n`).join(''),
      )
      const reply = replyOf(bytes)
      expect(textOfParts(reply.parts)).toBe('ab')
      expect(reply.status).toBe('streaming')
    }
  })

  it('learns to skim no event of another choice', () => {
    const mapping = new OpenAiMapping(context)
    const event = (index: number) =>
      JSON.stringify({ choices: [{ index, delta: { content: 'B' } }] })
    for (const data of [event(0), event(1)]) mapping.map(data, [])
    expect(mapping.skim(Buffer.from(`data: ${event(1)}\n\n`), [])).toBe(0)
  })

  it('takes empty strings for nothing', () => {
    const choices = [
      { delta: { content: '', refusal: 'I ', reasoning_content: '', reasoning: 'Hm.' } },
      { delta: { content: null, refusal: 'cannot.' } },
      { delta: {}, finish_reason: 'stop' },
    ]
    const events = choices.map((choice, index) => ({
      choices: [choice],
      model: index === 0 ? 'gpt-x' : '',
      error: '',
    }))
    const bytes = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
    expect(replyOf(Buffer.from(bytes))).toMatchObject({
      status: 'complete',
      metadata: { model: 'gpt-x' },
      parts: [
        { type: 'step-start' },
        { type: 'reasoning', text: 'Hm.' },
        { type: 'text', text: 'I cannot.' },
      ],
    })
  })

  it('takes the usage of a choice where the event has none, as Kimi counts', () => {
    const usage = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 }
    const usageOf = (event: object) =>
      replyOf(Buffer.from(`data: ${JSON.stringify(event)}\n\n`)).metadata
    const ended = { delta: {}, finish_reason: 'stop' }
    const expected = { usage: { input_tokens: 9, output_tokens: 3, total_tokens: 12 } }
    expect(usageOf({ choices: [{ ...ended, usage }] })).toEqual(expected)
    const wrong = { choices: [{ ...ended, usage: { total_tokens: 1 } }], usage }
    expect(usageOf(wrong)).toEqual(expected)
  })

  it('takes for counts of tokens only numbers', () => {
    const metadataFor = (usage: object) => {
      const events = [{ usage }, { choices: [{ finish_reason: 'stop' }] }]
      const bytes = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
      return replyOf(Buffer.from(bytes)).metadata
    }
    const details = {
      prompt_tokens_details: { cached_tokens: 2 },
      completion_tokens_details: { reasoning_tokens: 3 },
    }
    expect(metadataFor({ prompt_tokens: 4, completion_tokens: 5, ...details })).toEqual({
      usage: { input_tokens: 4, output_tokens: 5, cached_input_tokens: 2, reasoning_tokens: 3 },
    })
    const odd = { prompt_tokens_details: null, completion_tokens_details: 'many' }
    expect(
      metadataFor({ prompt_tokens: 'many', completion_tokens: [3], total_tokens: 4, ...odd }),
    ).toEqual({
      usage: { total_tokens: 4 },
    })
  })

  it.each([
    ['content_filter: PROHIBITED_CONTENT', 'content-filter'],
    ['model_length', 'length'],
  ])('takes a finish reason for what it begins with, or means: %s', (reason, finishReason) => {
    const call = { index: 0, id: 'a', function: { name: 'erase', arguments: '' } }
    const event = { choices: [{ delta: { tool_calls: [call] }, finish_reason: reason }] }
    const chunks = chunksOf(Buffer.from(`data: ${JSON.stringify(event)}\n\n`))
    expect(accumulate(emptyReply, chunks)).toMatchObject({ status: 'complete', finishReason })
    expect(chunks).toContainEqual(expect.objectContaining({ type: 'tool-input-error' }))
  })

  it.each([
    'error',
    'abort',
    'insufficient_system_resource',
    'function_call_filter: MALFORMED_FUNCTION_CALL',
  ])(
    'takes no finish reason for success that says that the server gave up: %s',
    (finish_reason) => {
      const event = JSON.stringify({ choices: [{ delta: { content: 'so' }, finish_reason }] })
      const chunks: UIMessageChunk[] = []
      expect(() => new OpenAiMapping(context).map(event, chunks)).toThrow(
        'ended the reply with an error',
      )
      expect(textOfParts(accumulate(emptyReply, chunks).parts)).toBe('so')
    },
  )

  it.each(['eos', 'constructor', '__proto__'])('gives “other” for a finish reason %s', (reason) => {
    const event = JSON.stringify({ choices: [{ finish_reason: reason }] })
    expect(replyOf(Buffer.from(`data: ${event}\n\n`)).finishReason).toBe('other')
  })

  it.each([
    ['length', 'tool-input-error'],
    ['content_filter', 'tool-input-error'],
    ['tool_calls', 'tool-input-available'],
    ['stop', 'tool-input-available'],
  ])('takes a call without arguments, where the reply ends for %s, for %s', (reason, type) => {
    const call = { index: 0, id: 'a', function: { name: 'erase', arguments: '' } }
    const event = { choices: [{ delta: { tool_calls: [call] }, finish_reason: reason }] }
    const chunks = chunksOf(Buffer.from(`data: ${JSON.stringify(event)}\n\n`))
    expect(chunks).toContainEqual(expect.objectContaining({ type, toolCallId: 'a' }))
  })

  it('throws for an error inside the stream, without its words', () => {
    const map = () =>
      new OpenAiMapping(context).map('{"error":{"message":"bad key sk-secret"}}', [])
    expect(map).toThrow('ended the reply with an error')
    expect(map).not.toThrow('sk-secret')
  })

  it.each([
    [{ code: 400, message: 'Too long.' }, 'upstream_rejected'],
    [{ code: '401' }, 'upstream_denied'],
    [{ code: 429 }, 'upstream_busy'],
    [{ code: 502 }, 'upstream_error'],
    [{ code: 200 }, 'upstream_error'],
    [{ code: 'server_error' }, 'upstream_error'],
    ['No.', 'upstream_error'],
  ])('takes an error inside the stream for what its status says: %j', (error, code) => {
    const map = () => new OpenAiMapping(context).map(JSON.stringify({ error }), [])
    expect(map).toThrow(expect.objectContaining({ problem: expect.objectContaining({ code }) }))
  })

  it('takes the texts of content that comes in parts, and leaves out parts that it does not know', () => {
    const contents = [
      'It ',
      [{ type: 'text', text: 'is ' }, { type: 'x' }, { type: 'text', text: 'so' }],
      [],
    ]
    expect(partsOf(contents.map((content) => eventOf({ content })))).toMatchObject([
      { type: 'step-start' },
      { type: 'text', text: 'It is so' },
    ])
  })

  it('takes for reasoning what comes as a part of content that is thought, and wants it back by no name', () => {
    const thought = (thinking: unknown) => eventOf({ content: [{ type: 'thinking', thinking }] })
    const events = [
      thought([{ type: 'text', text: 'Fir' }]),
      thought([
        { type: 'text', text: 'st' },
        { type: 'reference', reference_ids: [1] },
      ]),
      thought(', then.'),
      eventOf({ content: [{ type: 'text', text: 'So: 42' }] }),
    ]
    expect(partsOf(events)).toMatchObject([
      { type: 'step-start' },
      {
        type: 'reasoning',
        text: 'First, then.',
        providerMetadata: metadataOf('me', { field: 'thinking' }),
      },
      { type: 'text', text: 'So: 42' },
    ])
  })

  it('takes for reasoning what a text begins with between tags, and skims what follows it', () => {
    const mapping = new OpenAiMapping(context)
    const chunks: UIMessageChunk[] = []
    const texts = ['<thi', 'nk>\nFirst', ', then.\n</think>', '\n\nSo: ', '4', '2']
    const skimmed = texts.map((content) => {
      const data = eventOf({ content })
      const length = mapping.skim(Buffer.from(`data: ${data}\n\n`), chunks)
      if (length === 0) mapping.map(data, chunks)
      return length > 0
    })
    expect(skimmed).toEqual([false, false, false, false, true, true])
    expect(accumulate(emptyReply, chunks).parts).toMatchObject([
      { type: 'step-start' },
      {
        type: 'reasoning',
        text: 'First, then.\n',
        state: 'done',
        providerMetadata: metadataOf('me', { field: '<think>' }),
      },
      { type: 'text', text: 'So: 42' },
    ])
  })

  it.each<[string, string[], object[]]>([
    ['a call', ['{"choices":[{"delta":{"tool_calls":[{"function":{"name":"a"}}]}}]}'], [{}]],
    ['the end', ['{"choices":[{"finish_reason":"length"}]}', '[DONE]'], []],
  ])('keeps what may have been the beginning of a tag where %s follows it', (_, rest, others) => {
    const thought = eventOf({ content: '<think>Hm. <' })
    for (const [first, part] of [
      [thought, { type: 'reasoning', text: 'Hm. <' }],
      [eventOf({ content: '<' }), { type: 'text', text: '<' }],
    ] as const)
      expect(partsOf([first, ...rest])).toMatchObject([{ type: 'step-start' }, part, ...others])
  })

  describe('of the pages that a reply rests on', () => {
    const [a, b] = ['https://a.example/', 'http://b.example/']
    const cited = (url: unknown, title?: unknown) => ({
      type: 'url_citation',
      url_citation: { url, title, start_index: 0, end_index: 1 },
    })
    const text = { content: 'So' }

    it.each([
      [
        'annotations',
        [eventOf({ ...text, annotations: [cited(a, 'A')] }), eventOf({ annotations: [cited(b)] })],
      ],
      [
        'citations beside results of a search, in each event',
        Array(2).fill(
          withFields(text, { search_results: [{ url: a, title: 'A' }], citations: [a, b] }),
        ),
      ],
      [
        'citations in an event without a choice',
        [
          eventOf(text),
          JSON.stringify({ choices: [], search_results: [{ url: a, title: 'A' }], citations: [b] }),
        ],
      ],
    ])('tells each once, where it comes as %s', (_, events) => {
      expect(partsOf(events).filter(({ type }) => type === 'source-url')).toEqual([
        { type: 'source-url', sourceId: a, url: a, title: 'A' },
        { type: 'source-url', sourceId: b, url: b },
      ])
    })

    it('lets the text go on as one part around them', () => {
      const events = [
        eventOf(text),
        eventOf({ annotations: [cited(a)] }),
        eventOf({ content: ' it is' }),
      ]
      expect(partsOf(events)).toMatchObject([
        { type: 'step-start' },
        { type: 'text', text: 'So it is' },
        { type: 'source-url', url: a },
      ])
    })

    it.each<[string, string]>([
      ['annotations that are no list', eventOf({ ...text, annotations: {} })],
      [
        'annotations of another kind',
        eventOf({ ...text, annotations: [{ type: 'file_citation', url: a }, null, 'x'] }),
      ],
      [
        'an address that a browser would run',
        eventOf({ ...text, annotations: [cited('javascript:alert(1)', 'A')] }),
      ],
      [
        'an address that is none',
        eventOf({ ...text, annotations: [cited(5), cited('a.example')] }),
      ],
      [
        'citations that are none',
        withFields(text, { citations: [1, {}, [a]], search_results: 'many' }),
      ],
    ])('keeps the reply, and none of them, for %s', (_, event) => {
      expect(partsOf([event])).toMatchObject([{ type: 'step-start' }, { type: 'text', text: 'So' }])
    })
  })

  it('takes null for a field that is not there', () => {
    const call = { index: null, id: null, function: { name: 'weather', arguments: null } }
    const nulls = { content: null, refusal: null, reasoning: null, reasoning_content: null }
    const events = [
      eventOf({ ...nulls, tool_calls: null }),
      eventOf({ tool_calls: [call, { function: null }] }),
      '{"choices":[{"delta":null,"finish_reason":null}],"usage":null,"error":null,"model":null}',
      '{"choices":null}',
    ]
    const chunks: UIMessageChunk[] = []
    const mapping = new OpenAiMapping(context)
    for (const event of events) mapping.map(event, chunks)
    expect(accumulate(emptyReply, chunks).parts).toMatchObject([
      { type: 'step-start' },
      { toolName: 'weather', state: 'input-streaming' },
    ])
  })

  it.each([
    ['choices', '{"choices":{"0":{}}}'],
    ['choices', '{"choices":[null]}'],
    ['choices', '{"choices":["Hello"]}'],
    ['index', '{"choices":[{"index":"0"}]}'],
    ['finish_reason', '{"choices":[{"finish_reason":1}]}'],
    ['delta', '{"choices":[{"delta":"Hello"}]}'],
    ['content', eventOf({ content: 5 })],
    ['content', eventOf({ content: { type: 'text', text: 'a' } })],
    ['content', eventOf({ content: ['Hello'] })],
    ['content', eventOf({ content: [null] })],
    ['content', eventOf({ content: [{ type: 'text', text: 5 }] })],
    ['content', eventOf({ content: [{ type: 'thinking', thinking: [null] }] })],
    ['thinking', eventOf({ content: [{ type: 'thinking', thinking: {} }] })],
    ['refusal', eventOf({ refusal: ['No'] })],
    ['reasoning', eventOf({ reasoning: {} })],
    ['reasoning_content', eventOf({ reasoning_content: [] })],
    ['reasoning_details', eventOf({ reasoning_details: {} })],
    ['reasoning_details', eventOf({ reasoning_details: ['Hm'] })],
    ['tool_calls', eventOf({ tool_calls: {} })],
    ['tool_calls', eventOf({ tool_calls: [null] })],
    ['index', eventOf({ tool_calls: [{ index: '0' }] })],
    ['id', eventOf({ tool_calls: [{ id: 5 }] })],
    ['function', eventOf({ tool_calls: [{ function: 'weather' }] })],
    ['name', eventOf({ tool_calls: [{ function: { name: {} } }] })],
    ['arguments', eventOf({ tool_calls: [{ function: { name: 'a', arguments: {} } }] })],
  ])('throws upstream_protocol for %s of a wrong type: %s', (field, data) => {
    const map = () => new OpenAiMapping(context).map(data, [])
    expect(map).toThrow(
      expect.objectContaining({
        problem: expect.objectContaining({
          code: 'upstream_protocol',
          detail: expect.stringContaining(`whose ${field} is`),
        }),
      }),
    )
  })

  it.each(['{"choices":', '"text"', 'null', '[]'])(
    'throws for %s, which is no completion',
    (data) => {
      expect(() => new OpenAiMapping(context).map(data, [])).toThrow(/not JSON|no object/)
    },
  )
})

function callAt(index: number) {
  return { index, id: `call_${index}`, function: { name: 'time', arguments: '{}' } }
}

function eventOf(delta: object): string {
  return JSON.stringify({ choices: [{ index: 0, delta }] })
}

function withFields(delta: object, fields: object): string {
  return JSON.stringify({ choices: [{ index: 0, delta }], ...fields })
}

function partsOf(events: readonly string[]) {
  const mapping = new OpenAiMapping(context)
  const chunks: UIMessageChunk[] = []
  for (const event of events) mapping.map(event, chunks)
  return accumulate(emptyReply, chunks).parts
}

function readFixture(name: string): Promise<Buffer> {
  return readFile(join(import.meta.dirname, 'fixtures', `${name}.sse`))
}

function chunksOf(stream: Buffer, cut = stream.length): UIMessageChunk[] {
  const events = createEventReader()
  const mapping = new OpenAiMapping(context)
  const chunks: UIMessageChunk[] = []
  for (const bytes of [stream.subarray(0, cut), stream.subarray(cut)])
    for (const data of events.read(bytes)) if (mapping.map(data, chunks)) return chunks
  mapping.close(chunks)
  return chunks
}

function replyOf(stream: Buffer) {
  return accumulate(emptyReply, chunksOf(stream))
}
