import { createProblem, type UIMessageChunk } from '@assistant-ui-proxy/contract'
import { describe, expect, it } from 'vitest'
import { RemoteMapping } from './remote-mapping.ts'

describe('RemoteMapping', () => {
  it('makes one text part of events of text', () => {
    expect(mapAll(['Hel', 'lo', '[DONE]'])).toEqual([
      { type: 'start-step' },
      { type: 'text-start', id: '0' },
      { type: 'text-delta', id: '0', delta: 'Hel' },
      { type: 'text-delta', id: '0', delta: 'lo' },
      { type: 'text-end', id: '0' },
      { type: 'finish-step' },
      { type: 'finish' },
    ])
  })

  it('passes on events of chunks', () => {
    const chunks = [
      { type: 'start', messageId: 'x' },
      { type: 'text-start', id: '1' },
      { type: 'finish' },
    ]
    const events = chunks.map((chunk) => JSON.stringify(chunk))
    expect(mapAll([...events, '[DONE]'])).toEqual(chunks)
  })

  it('takes a chunk with nulls for a chunk from the first on', () => {
    const events = ['{"type":"start","messageId":null}', '{"type":"finish","finishReason":null}']
    expect(mapAll(events)).toEqual([{ type: 'start' }, { type: 'finish' }])
  })

  it('takes a chunk for text in a stream of text', () => {
    const text = '{"type":"finish"}'
    expect(mapAll(['Look: ', text])).toContainEqual({ type: 'text-delta', id: '0', delta: text })
  })

  it.each(['{"a":1}', '1', '"quoted"', '{"type":"unknown"}'])('takes %s for text', (text) => {
    expect(mapAll([text])).toContainEqual({ type: 'text-delta', id: '0', delta: text })
  })

  it('is whole, but empty, where there is nothing but the end', () => {
    expect(mapAll(['[DONE]'])).toEqual([{ type: 'finish' }])
  })

  it('takes an error that comes before anything else for a refusal, and tells no words of it', () => {
    const mapping = new RemoteMapping()
    const chunks: UIMessageChunk[] = []
    mapping.map('{"type":"start","messageId":"x"}', chunks)
    const refuse = () => mapping.map('{"type":"error","errorText":"bad key sk-secret"}', chunks)
    expect(refuse).toThrow('answered with an error')
    expect(refuse).not.toThrow('sk-secret')
    expect(chunks).toEqual([])
  })

  it('tells a problem of this product that comes before anything else', () => {
    const problem = createProblem('upstream_busy', 'Later.', { retry_after_ms: 5 })
    const errorText = JSON.stringify(problem)
    const refuse = () => mapAll([JSON.stringify({ type: 'error', errorText })])
    const expected = { code: 'upstream_busy', detail: 'Later.', retry_after_ms: 5 }
    expect(refuse).toThrow(
      expect.objectContaining({ problem: expect.objectContaining(expected) as unknown }),
    )
  })

  it('passes on an error that comes later', () => {
    const error = { type: 'error', errorText: 'no' }
    const events = [{ type: 'start' }, { type: 'text-start', id: '0' }, error]
    expect(mapAll(events.map((chunk) => JSON.stringify(chunk)))).toEqual(events)
  })

  it('refuses what is no chunk in a stream of chunks', () => {
    expect(() => mapAll(['{"type":"start"}', 'Hello'])).toThrow('not JSON')
    expect(() => mapAll(['{"type":"start"}', '{"type":"unknown"}'])).toThrow('not a chunk')
  })
})

function mapAll(events: string[]): UIMessageChunk[] {
  const mapping = new RemoteMapping()
  const chunks: UIMessageChunk[] = []
  for (const data of events) mapping.map(data, chunks)
  return chunks
}
