import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'

const msBetweenWords = 20

/** One time that the model was asked. */
export interface Call {
  /** How much of the text had been sent at which time, in UTF-16 units and ms. */
  readonly sent: { readonly atMs: number; readonly length: number }[]
  closedAtMs: number | undefined
}

/** What the model says to a message of this id; always the same. */
export function answerTo(messageId: string): string {
  const words = 30 + (hash(messageId) % 90)
  return Array.from({ length: words }, (_, index) => `${messageId}/${index} naïve 🙂`).join(' ')
}

/** A model server that remembers what it sent, by the id that each question says. */
export async function startModel() {
  const calls = new Map<string, Call[]>()
  const server = createServer((request, response) => {
    void (async () => {
      const { messages } = (await json(request)) as { messages: { content: string }[] }
      const messageId = messages.at(-1)?.content ?? ''
      const call: Call = { sent: [], closedAtMs: undefined }
      calls.set(messageId, [...(calls.get(messageId) ?? []), call])
      response.on('close', () => (call.closedAtMs = performance.now()))
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      let length = 0
      // The first word may be late: a stop, or a death, may come before it.
      await delay(hash(messageId) % 200)
      for (const word of answerTo(messageId).split(/(?= )/)) {
        if (response.destroyed) return
        response.write(eventOf({ content: word }, null))
        call.sent.push({ atMs: performance.now(), length: (length += word.length) })
        await delay(msBetweenWords)
      }
      response.end(`${eventOf({}, 'stop')}data: [DONE]\n\n`)
    })().catch(() => response.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    calls,
    [Symbol.dispose]: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

function eventOf(delta: object, finishReason: string | null): string {
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finishReason }] })}\n\n`
}

function hash(text: string): number {
  let value = 7
  for (const character of text) value = (value * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003
  return value
}
