import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { nowMs } from './clock.ts'
import { seal, stamp, wordsOf, type Plan } from './plan.ts'

/**
 * A server of chat completions that does what the user's message says (`Plan`). Beside it,
 * `GET /seen?id=` says whether it was asked, and when it saw that a client had left.
 */
const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    console.error(error)
    response.destroy()
  })
})

/** At full speed so many events go in one write: about what a busy model server's socket holds. */
const eventsPerWrite = 10

/** By the plan's id: undefined until the client has left. */
const leftAtMs = new Map<string, number | undefined>()
let streams = 0

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://mock')
  switch (url.pathname) {
    case '/v1/models':
      return sendJson(response, { object: 'list', data: [{ id: 'mock', object: 'model' }] })
    case '/seen': {
      const id = url.searchParams.get('id') ?? ''
      return sendJson(response, { wasAsked: leftAtMs.has(id), leftAtMs: leftAtMs.get(id) })
    }
    default:
      return complete(await readPlan(request), response)
  }
}

async function complete(plan: Plan, response: ServerResponse): Promise<void> {
  leftAtMs.set(plan.id, undefined)
  response.on('close', () => {
    if (response.writableFinished) leftAtMs.delete(plan.id)
    else leftAtMs.set(plan.id, nowMs())
  })
  if (plan.isSilent) return
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(eventOf({ role: 'assistant', content: '' }))
  const write = plan.perSecond === 0 ? writeFast : writePaced
  await write(plan, response)
  if (response.destroyed) return
  const usage = { prompt_tokens: 9, completion_tokens: plan.chunks, total_tokens: plan.chunks + 9 }
  response.write(eventOf({}, 'stop'))
  response.write(frameOf({ choices: [], usage }))
  response.end('data: [DONE]\n\n')
}

async function writeFast({ chunks, repeat }: Plan, response: ServerResponse): Promise<void> {
  let text = ''
  for (let index = 0; index < chunks && !response.destroyed;) {
    let events = ''
    for (let n = 0; n < eventsPerWrite && index < chunks; n++, index++) {
      const content = index === chunks - 1 ? seal(text) : wordsOf(index, repeat)
      text += repeat === undefined ? content : ''
      events += eventOf({ content })
    }
    if (response.write(events)) await new Promise(setImmediate)
    else await Promise.race([once(response, 'drain'), once(response, 'close')])
  }
}

async function writePaced(plan: Plan, response: ServerResponse): Promise<void> {
  const { chunks, perSecond, repeat, isStamped = false } = plan
  const periodMs = 1_000 / perSecond
  // Streams that begin together go on one after another, as those of different users do.
  const phaseMs = (streams++ * 7) % periodMs
  let text = ''
  const writeNext = (index: number) => {
    const words = wordsOf(index, repeat) + (isStamped ? stamp(nowMs()) : '')
    const content = index === chunks - 1 ? seal(text) : words
    text += content
    response.write(eventOf({ content }))
  }
  writeNext(0)
  await delay(phaseMs)
  for (let index = 1; index < chunks && !response.destroyed; index++) {
    await delay(periodMs)
    writeNext(index)
  }
}

function eventOf(delta: object, finishReason: string | null = null): string {
  return frameOf({ choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }] })
}

function frameOf(fields: object): string {
  const id = 'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT'
  const head = { id, object: 'chat.completion.chunk', created: 1_700_000_000, model: 'mock' }
  return `data: ${JSON.stringify({ ...head, ...fields })}\n\n`
}

async function readPlan(request: IncomingMessage): Promise<Plan> {
  let body = ''
  request.setEncoding('utf8')
  for await (const text of request) body += String(text)
  const { messages } = JSON.parse(body) as { messages: { content: string | { text: string }[] }[] }
  const content = messages.at(-1)?.content ?? ''
  return JSON.parse(typeof content === 'string' ? content : (content[0]?.text ?? '')) as Plan
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(value))
}

server.keepAliveTimeout = 600_000
server.listen(Number(process.env.PORT), '127.0.0.1', 4_096)
