import { gzipSync } from 'node:zlib'

/** How one upstream's answers look on the wire, so that the same faults can be put into each. */
export interface Wire {
  readonly name: string
  /** The server's variables, for an upstream at this origin. */
  readonly env: (origin: string) => Record<string, string>
  /** Events that say “so far”. */
  readonly begin: string
  /** The events that end a reply. */
  readonly end: string
  /** The same as `begin`, with all that the format of server-sent events allows. */
  readonly odd: string
  /** An event that says more, without an end to it. */
  readonly more: string
  /** An error in the answer; undefined where the wire has no word for one. */
  readonly error?: string
  /** An event that is cut off; undefined where every event is right. */
  readonly malformed?: string
  /** An event that has the form of an end, but is none; undefined where there are none. */
  readonly emptyEnd?: string
  /** The end of another reply in the same answer; undefined where there is but one. */
  readonly otherEnd?: string
  /** An end that says that the server gave up; undefined where the wire has no word for it. */
  readonly failedEnd?: string
}

const key = 'sk-secret-key'

const chunk = (value: object) => `data: ${JSON.stringify(value)}\n\n`
const completion = (delta: object, finish: string | null = null) =>
  chunk({ choices: [{ index: 0, delta, finish_reason: finish }] })

export const openAiWire: Wire = {
  name: 'openai-compatible',
  env: (origin) => ({
    UPSTREAM: 'openai-compatible',
    OPENAI_BASE_URL: `${origin}/v1`,
    OPENAI_MODEL: 'm',
    OPENAI_API_KEY: key,
  }),
  begin: completion({ content: 'so ' }) + completion({ content: 'far' }),
  end: `${completion({}, 'stop')}data: [DONE]\n\n`,
  odd:
    '\uFEFF: a comment\r\nevent: message\r\nid: 7\r\nretry: 10\r\n' +
    'data: {"choices":\r\ndata: [{"delta":{"content":"so far"}}]}\r\n\r\n',
  more: completion({ content: 'x'.repeat(1_000) }),
  error: chunk({ error: { message: `Incorrect API key ${key}` } }),
  malformed: 'data: {"choices":\n\n',
  emptyEnd: completion({}, ''),
  failedEnd: `${completion({}, 'error')}data: [DONE]\n\n`,
  otherEnd: chunk({ choices: [{ index: 1, delta: {}, finish_reason: 'stop' }] }),
}

export const remoteChunkWire: Wire = {
  name: 'remote, with chunks',
  env: (origin) => ({ UPSTREAM: 'remote', ASSISTANT_UI_BASE_URL: origin }),
  begin:
    chunk({ type: 'start' }) +
    chunk({ type: 'text-start', id: '0' }) +
    chunk({ type: 'text-delta', id: '0', delta: 'so far' }),
  end: `${chunk({ type: 'text-end', id: '0' })}${chunk({ type: 'finish' })}data: [DONE]\n\n`,
  odd:
    '\uFEFF: a comment\r\ndata: {"type":"start"}\r\n\r\nevent: message\r\nid: 7\r\nretry: 10\r\n' +
    'data: {"type":"text-delta","id":"0",\r\ndata: "delta":"so far"}\r\n\r\n',
  more: chunk({ type: 'text-delta', id: '0', delta: 'x'.repeat(1_000) }),
  error: chunk({ type: 'error', errorText: `Incorrect API key ${key}` }),
  malformed: 'data: {"type":\n\n',
}

export const assistantCloudWire: Wire = {
  ...remoteChunkWire,
  name: 'assistant-cloud',
  env: (origin) => ({
    UPSTREAM: 'assistant-cloud',
    ASSISTANT_UI_BASE_URL: origin,
    ASSISTANT_UI_API_KEY: key,
    ASSISTANT_UI_ASSISTANT_ID: 'asst_1',
  }),
}

export const remoteTextWire: Wire = {
  name: 'remote, with text',
  env: (origin) => ({ UPSTREAM: 'remote', ASSISTANT_UI_BASE_URL: origin }),
  begin: 'data: so \n\ndata: far\n\n',
  end: 'data: [DONE]\n\n',
  odd: '\uFEFF: a comment\r\nevent: message\r\nid: 7\r\nretry: 10\r\ndata: so far\r\n\r\n',
  more: `data: ${'x'.repeat(1_000)}\n\n`,
}

export const secret = key

export function compressed(wire: Wire): Buffer {
  return gzipSync(wire.begin + wire.end)
}
