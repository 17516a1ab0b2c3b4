import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { ProblemCode } from '@assistant-ui-proxy/contract'
import { compressed, type Wire } from './wires.ts'

/** What becomes of a chat. */
export interface Outcome {
  /** Of the HTTP answer; 200 where the reply began. */
  readonly status: number
  /** Of the problem answer, or of the terminal chunk; undefined: the reply is whole. */
  readonly code?: ProblemCode
  /** How often the upstream was asked. */
  readonly attempts: number
  /** The text of the stored reply. */
  readonly stored: string
}

/** Something that an upstream does wrong, or oddly. */
export interface Fault {
  /** As the documentation says it. */
  readonly name: string
  /** Answers; undefined where this wire cannot do it. */
  readonly answer: (wire: Wire) => ((response: ServerResponse) => unknown) | undefined
  readonly outcome: Outcome
}

const typed = { 'content-type': 'text/event-stream' }

/** Before its first chunk. */
function refusal(
  name: string,
  status: number,
  code: ProblemCode,
  attempts: number,
  answer: (response: ServerResponse, wire: Wire) => unknown,
): Fault {
  return {
    name,
    answer: (wire) => (response) => answer(response, wire),
    outcome: { status, code, attempts, stored: '' },
  }
}

/** After the reply has begun. */
function breach(
  name: string,
  code: ProblemCode,
  rest: (wire: Wire) => ((response: ServerResponse) => unknown) | undefined,
): Fault {
  return {
    name,
    answer: (wire) => {
      const goOn = rest(wire)
      return goOn && begun(wire, goOn)
    },
    outcome: { status: 200, code, attempts: 1, stored: 'so far' },
  }
}

/** Nothing wrong. */
function oddity(name: string, answer: (response: ServerResponse, wire: Wire) => unknown): Fault {
  return {
    name,
    answer: (wire) => (response) => answer(response, wire),
    outcome: { status: 200, attempts: 1, stored: 'so far' },
  }
}

function begun(wire: Wire, goOn: (response: ServerResponse) => unknown) {
  return async (response: ServerResponse) => {
    response.writeHead(200, typed).write(wire.begin)
    // The beginning is read by itself.
    await delay(20)
    return goOn(response)
  }
}

const bodies = {
  JSON: ['application/json', '{"error":{"message":"no, sk-secret-key is wrong"}}'],
  HTML: ['text/html', '<!doctype html><title>no</title>'],
  'no body': ['text/plain', ''],
} as const

function refusals(status: number, code: ProblemCode, attempts: number): Fault[] {
  return Object.entries(bodies).map(([kind, [type, body]]) =>
    refusal(`status ${status}, ${kind}`, 502, code, attempts, (response) =>
      response.writeHead(status, { 'content-type': type }).end(body),
    ),
  )
}

function retryAfter(name: string, header: () => string): Fault {
  return refusal(name, 502, 'upstream_busy', 2, (response) =>
    response.writeHead(429, { 'retry-after': header() }).end(),
  )
}

/** What a server on the other side does that takes the connection and speaks HTTP. */
export const faults: readonly Fault[] = [
  ...refusals(400, 'upstream_rejected', 1),
  ...refusals(401, 'upstream_denied', 1),
  ...refusals(403, 'upstream_denied', 1),
  ...refusals(404, 'upstream_rejected', 1),
  ...refusals(408, 'upstream_error', 2),
  ...refusals(409, 'upstream_rejected', 1),
  ...refusals(413, 'upstream_rejected', 1),
  ...refusals(422, 'upstream_rejected', 1),
  ...refusals(429, 'upstream_busy', 2),
  ...refusals(500, 'upstream_error', 2),
  ...refusals(502, 'upstream_error', 2),
  ...refusals(503, 'upstream_busy', 2),
  ...refusals(529, 'upstream_busy', 2),
  retryAfter('status 429, Retry-After in seconds', () => '1'),
  retryAfter('status 429, Retry-After as a date', () => new Date(Date.now() + 1_000).toUTCString()),
  refusal('status 429, Retry-After past the budget', 502, 'upstream_busy', 1, (response) =>
    response.writeHead(429, { 'retry-after': '3600' }).end(),
  ),
  refusal('status 200 with a page', 502, 'upstream_protocol', 1, (response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>'),
  ),
  refusal('status 100 before the answer', 502, 'upstream_protocol', 1, (response, wire) => {
    response.writeContinue()
    response.writeHead(200, typed).end(wire.begin + wire.end)
  }),
  refusal('status 101', 502, 'upstream_protocol', 1, ({ socket }) =>
    socket?.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
  ),
  refusal('more headers than are read', 502, 'upstream_protocol', 1, (response, wire) =>
    response.writeHead(200, { ...typed, 'x-long': 'x'.repeat(40_000) }).end(wire.begin + wire.end),
  ),
  refusal('an answer that never begins', 504, 'upstream_timeout', 1, () => undefined),
  refusal('headers, then nothing', 504, 'upstream_timeout', 1, (response) =>
    response.writeHead(200, typed).flushHeaders(),
  ),
  refusal('a reset before the headers', 502, 'upstream_unreachable', 2, (response) =>
    response.socket?.resetAndDestroy(),
  ),
  refusal('an empty stream', 502, 'upstream_interrupted', 2, (response) =>
    response.writeHead(200, typed).end(),
  ),
  {
    name: 'an error event before anything else',
    answer: ({ error }) =>
      error === undefined ? undefined : (response) => response.writeHead(200, typed).end(error),
    outcome: { status: 502, code: 'upstream_error', attempts: 2, stored: '' },
  },
  breach('a stall in mid-stream', 'upstream_timeout', () => () => undefined),
  breach('a reset in mid-stream', 'upstream_interrupted', () => ({ socket }) => {
    socket?.resetAndDestroy()
  }),
  breach('garbage in mid-stream', 'upstream_protocol', () => ({ socket }) => {
    socket?.end('zz: no chunk begins like this')
  }),
  breach('a clean close without an end', 'upstream_interrupted', () => (response) => {
    response.end()
  }),
  breach('a clean close after an empty finish reason', 'upstream_interrupted', ({ emptyEnd }) =>
    emptyEnd === undefined ? undefined : (response) => response.end(emptyEnd),
  ),
  breach('a clean close after the end of another choice', 'upstream_interrupted', ({ otherEnd }) =>
    otherEnd === undefined ? undefined : (response) => response.end(otherEnd),
  ),
  breach('a close inside an event', 'upstream_interrupted', ({ more }) => (response) => {
    response.end(more.slice(0, -5))
  }),
  breach('an error event inside a 200', 'upstream_error', ({ error }) =>
    error === undefined ? undefined : (response) => response.end(error),
  ),
  breach('an end that says that it gave up', 'upstream_error', ({ failedEnd }) =>
    failedEnd === undefined ? undefined : (response) => response.end(failedEnd),
  ),
  breach('an event that is not JSON', 'upstream_protocol', ({ malformed }) =>
    malformed === undefined ? undefined : (response) => response.end(malformed),
  ),
  breach('an event over 1 MiB', 'upstream_protocol', () => (response) => {
    response.end(`data: ${'x'.repeat(1_100_000)}\n\n`)
  }),
  breach('an event over 1 MiB that does not end', 'upstream_protocol', () => (response) => {
    response.write(`data: ${'x'.repeat(1_100_000)}`)
  }),
  breach('bytes that are not UTF-8', 'upstream_protocol', () => (response) => {
    response.end(Buffer.from([0x64, 0x61, 0xff, 0xfe, 0x0a, 0x0a]))
  }),
  oddity('CRLF, a BOM, comments, other fields, data over many lines', (response, { odd, end }) =>
    response.writeHead(200, typed).end(odd + end),
  ),
  oddity('lines that end with CR alone', (response, { begin, end }) =>
    response.writeHead(200, typed).end((begin + end).replaceAll('\n', '\r')),
  ),
  oddity('every byte by itself', async (response, { begin, end }) => {
    response.writeHead(200, typed)
    for (const byte of Buffer.from(begin + end)) {
      response.write(Buffer.of(byte))
      await new Promise(setImmediate)
    }
    response.end()
  }),
  oddity('gzip', (response, wire) =>
    response.writeHead(200, { ...typed, 'content-encoding': 'gzip' }).end(compressed(wire)),
  ),
  oddity('events without data', (response, { begin, end }) =>
    response.writeHead(200, typed).end(`data:\n\n${begin}data: \n\n${end}`),
  ),
  oddity('a content type in capitals', (response, { begin, end }) =>
    response.writeHead(200, { 'content-type': 'Text/Event-Stream' }).end(begin + end),
  ),
  oddity('no content type', (response, { begin, end }) => response.writeHead(200).end(begin + end)),
  oddity('a space behind the last event', (response, { begin, end }) =>
    response.writeHead(200, typed).end(begin + end.replace('[DONE]', '[DONE] ')),
  ),
  oddity('an answer that goes on after its end', (response, { begin, end }) => {
    response.writeHead(200, typed).write(begin + end)
    const timer = setInterval(() => response.write(': still here\n\n'), 50)
    response.once('close', () => clearInterval(timer))
  }),
]

/** Its text grows until it is stopped, so it is told apart. */
export const endlessReply: Fault = {
  name: 'a reply that never ends',
  answer:
    ({ begin, more }) =>
    (response) => {
      response.writeHead(200, typed).write(begin)
      const timer = setInterval(() => response.write(more), 50)
      response.once('close', () => clearInterval(timer))
    },
  outcome: { status: 200, code: 'upstream_timeout', attempts: 1, stored: 'so far' },
}
