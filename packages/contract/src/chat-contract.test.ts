import { describe, expect, it } from 'vitest'
import { chatBodySchema } from './chat-contract.ts'

const user = { role: 'user', content: 'Hello' }

const part = (value: unknown) => ({ messages: [{ role: 'user', parts: [value] }] })

interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly errors?: readonly (readonly Issue[])[]
}

/** Each fault as `path: message`, those of a union's alternatives included. */
function faultsOf(body: unknown): string[] {
  const flatten = (issue: Issue, parent: readonly PropertyKey[]): string[] => {
    const path = [...parent, ...issue.path]
    const inner = (issue.errors ?? []).flat().flatMap((each) => flatten(each, path))
    return [`${path.map(String).join('.')}: ${issue.message}`, ...inner]
  }
  return (chatBodySchema.safeParse(body).error?.issues ?? []).flatMap((issue) => flatten(issue, []))
}

describe('chatBodySchema', () => {
  it("takes the original plan's body", () => {
    expect(chatBodySchema.parse({ messages: [user] })).toEqual({
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hello' }] }],
    })
  })

  it('takes the body of an AI SDK client and drops what it adds', () => {
    const messages = [{ id: 'm-1', role: 'user', parts: [{ type: 'text', text: 'Hello' }] }]
    const tools = { weather: { parameters: { type: 'object' } } }
    expect(
      chatBodySchema.parse({
        id: 'thread-1',
        messages,
        trigger: 'submit-message',
        tools,
        metadata: {},
      }),
    ).toEqual({ id: 'thread-1', messages, tools, trigger: 'submit-message' })
  })

  it("takes the settings and the model of assistant-ui's model context, and no address or key", () => {
    const callSettings = { maxTokens: 500, temperature: 0, topP: 0.9, seed: 7 }
    const config = { modelName: 'large', reasoningEffort: 'high' }
    const given = {
      messages: [user],
      callSettings: { ...callSettings, headers: { authorization: 'Bearer x' } },
      config: { ...config, apiKey: 'sk-x', baseUrl: 'https://elsewhere.example' },
    }
    expect(chatBodySchema.parse(given)).toEqual({
      messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hello' }] }],
      callSettings,
      config,
      model: 'large',
    })
    expect(chatBodySchema.parse({ ...given, model: 'small' }).model).toBe('small')
  })

  it('takes a conversation whose replies hold tool calls', () => {
    const reply = {
      role: 'assistant',
      parts: [
        { type: 'tool-weather', toolCallId: 'c', state: 'output-available', input: {}, output: 1 },
      ],
    }
    expect(chatBodySchema.parse({ messages: [user, reply, user] }).messages).toHaveLength(3)
    // With their results, the model has something to go on from.
    expect(chatBodySchema.parse({ messages: [user, reply] }).messages).toHaveLength(2)
  })

  it('takes a reply with what the user says to a call that needs leave, and none that waits for it', () => {
    const call = { type: 'tool-pay', toolCallId: 'c', input: {}, approval: { id: 'a' } }
    const replyIn = (state: string) => ({ role: 'assistant', parts: [{ ...call, state }] })
    expect(faultsOf({ messages: [user, replyIn('approval-responded')] })).toEqual([])
    expect(faultsOf({ messages: [user, replyIn('approval-requested')] })).toHaveLength(1)
  })

  it('takes parent_id null as the root', () => {
    expect(chatBodySchema.parse({ messages: [user], parent_id: null }).parent_id).toBeNull()
  })

  const expectedList = 'Invalid input: expected array, received'

  it.each([
    ['no messages', {}, `messages: ${expectedList} undefined`],
    ['messages that are no list', { messages: 'Hello' }, `messages: ${expectedList} string`],
    ['an empty list', { messages: [] }, 'messages: must not be empty'],
    [
      'a reply as the last message',
      { messages: [user, { role: 'assistant', content: 'Hi' }] },
      'messages: must end with a message of the user, or a reply with the results of its tools',
    ],
    [
      'a wrong role',
      { messages: [{ role: 'bot', content: 'Hi' }, user] },
      'messages.0.role: Invalid option: expected one of "system"|"user"|"assistant"',
    ],
    [
      'a message without content and parts',
      { messages: [user, { role: 'user' }] },
      'messages.1: needs content (a string) or parts',
    ],
    [
      'empty content',
      { messages: [{ role: 'user', content: '' }] },
      'messages.0.content: must not be empty',
    ],
    [
      'content that is no string',
      { messages: [{ role: 'user', content: ['Hello'] }] },
      'messages.0.content: Invalid input: expected string, received array',
    ],
    [
      'a user who says nothing',
      { messages: [{ role: 'user', parts: [] }] },
      'messages.0.parts: must not be empty',
    ],
    [
      'a thread id of other characters',
      { id: 'a/b', messages: [user] },
      'id: must be 1 to 128 of A–Z a–z 0–9 _ -',
    ],
    [
      'a message id of other characters',
      { messages: [{ ...user, id: 'm 1' }] },
      'messages.0.id: must be 1 to 128 of A–Z a–z 0–9 _ -',
    ],
    [
      'a parent id of other characters',
      { id: 't', messages: [user], parent_id: '' },
      'parent_id: must be 1 to 128 of A–Z a–z 0–9 _ -',
    ],
    [
      'an unknown trigger',
      { messages: [user], trigger: 'resume' },
      'trigger: Invalid option: expected one of "submit-message"|"regenerate-message"',
    ],
    [
      'a reply of no tokens',
      { messages: [user], callSettings: { maxTokens: 0 } },
      'callSettings.maxTokens: Too small: expected number to be >0',
    ],
    [
      'a temperature that is no number',
      { messages: [user], callSettings: { temperature: 'hot' } },
      'callSettings.temperature: Invalid input: expected number, received string',
    ],
    [
      'a model without a name',
      { messages: [user], config: { modelName: '' } },
      'config.modelName: Too small: expected string to have >=1 characters',
    ],
  ])('refuses %s, by path and reason', (_, body, fault) => {
    expect(faultsOf(body)).toEqual([fault])
  })

  it.each([
    [
      'an unknown type of part',
      part({ type: 'image', url: 'a' }),
      'messages.0.parts.0.type: must be one of text, reasoning, file, reasoning-file, source-url, ' +
        'source-document, step-start, custom, steering-message, dynamic-tool, tool-<name>, data-<name>',
    ],
    [
      'a text part without text',
      part({ type: 'text' }),
      'messages.0.parts.0.text: Invalid input: expected string, received undefined',
    ],
    [
      'a tool part without a call id',
      part({ type: 'tool-weather', state: 'input-available' }),
      'messages.0.parts.0.toolCallId: Invalid input: expected string, received undefined',
    ],
  ])('names the fault of %s among those of the alternatives', (_, body, fault) => {
    expect(faultsOf(body)).toContain(fault)
  })

  it('names every fault, not the first alone', () => {
    expect(
      faultsOf({ id: '', messages: [{ role: 'bot', content: '' }, user], trigger: 'x' }),
    ).toHaveLength(4)
  })
})
