import { randomUUID } from 'node:crypto'
import {
  Agent,
  request,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http'
import { nowMs } from './clock.ts'
import type { Runner } from './field.ts'
import { isWhole, type Plan } from './plan.ts'

const agent = new Agent({ keepAlive: true, maxSockets: 4_096 })

export interface StreamOptions {
  /** Without a thread nothing is stored. Default: a new thread, for those that keep threads. */
  readonly thread?: string | undefined
  /** Each piece of text, when it comes. */
  readonly onText?: (text: string) => void
  /** The answer, before it is read. */
  readonly onAnswer?: (answer: IncomingMessage) => void
}

export interface Stream {
  readonly plan: Plan
  readonly startedAtMs: number
  /** Resolves with the first bytes of the reply. @throws where there are none */
  readonly begun: Promise<void>
  /** Resolves when the answer has ended. @throws where its text is not what the mock sent */
  readonly whole: Promise<void>
  leave(): void
}

/** Asks a contender for what the plan says, and checks every byte of text. */
export function openStream(
  { contender, process, mockUrl }: Runner,
  plan: Omit<Plan, 'id'>,
  options: StreamOptions = {},
): Stream {
  const id = randomUUID()
  const whole: Plan = { ...plan, id }
  const thread = 'thread' in options ? options.thread : id
  const body = JSON.stringify(contender.body(JSON.stringify(whole), thread))
  const begun = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  const startedAtMs = nowMs()
  const fail = (error: Error) => {
    begun.reject(error)
    ended.reject(error)
  }
  const target: RequestOptions = {
    agent,
    host: '127.0.0.1',
    port: process.port,
    method: 'POST',
    path: contender.path,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      accept: 'text/event-stream',
      ...contender.headers?.(mockUrl),
    },
  }
  const onAnswer = (answer: IncomingMessage) => {
    const bytes: Buffer[] = []
    const read = options.onText && createTextReader(contender.form, options.onText)
    answer.on('data', (piece: Buffer) => {
      bytes.push(piece)
      begun.resolve()
      read?.(piece)
    })
    answer.on('error', fail)
    answer.on('end', () => {
      const text = textOf(contender.form, Buffer.concat(bytes).toString())
      if (answer.statusCode === 200 && isWhole(text)) ended.resolve()
      else fail(new Error(`${contender.name} did not give the text (${answer.statusCode})`))
    })
    options.onAnswer?.(answer)
  }
  let isLeft = false
  const send = (): ClientRequest => {
    const attempt = request(target, onAnswer)
    attempt.on('error', (error: NodeJS.ErrnoException) => {
      // A connection that was kept may be closed by the other side just as it is used again.
      const isStale = attempt.reusedSocket && !isLeft && error.code === 'ECONNRESET'
      if (isStale) sent = send()
      else fail(new Error(`${contender.name}: ${error.message}`, { cause: error }))
    })
    return attempt.end(body)
  }
  begun.promise.catch(() => undefined)
  ended.promise.catch(() => undefined)
  let sent = send()
  return {
    plan: whole,
    startedAtMs,
    begun: begun.promise,
    whole: ended.promise,
    leave: () => {
      isLeft = true
      sent.destroy()
    },
  }
}

interface Event {
  readonly type?: string
  readonly delta?: string
  readonly choices?: readonly { readonly delta?: { readonly content?: string } }[]
}

function textOfEvent(form: Runner['contender']['form'], line: string): string {
  if (!line.startsWith('data: {')) return ''
  const event = JSON.parse(line.slice('data: '.length)) as Event
  if (form === 'openai') return event.choices?.[0]?.delta?.content ?? ''
  return event.type === 'text-delta' ? (event.delta ?? '') : ''
}

function textOf(form: Runner['contender']['form'], stream: string): string {
  return stream
    .split('\n')
    .map((line) => textOfEvent(form, line))
    .join('')
}

function createTextReader(form: Runner['contender']['form'], onText: (text: string) => void) {
  const utf8 = new TextDecoder()
  let rest = ''
  return (bytes: Buffer) => {
    const lines = (rest + utf8.decode(bytes, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const text = textOfEvent(form, line)
      if (text !== '') onText(text)
    }
  }
}
