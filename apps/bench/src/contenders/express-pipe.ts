import { pipeline } from 'node:stream/promises'
import express from 'express'
import { Agent } from 'undici'

const agent = new Agent()
const app = express()

app.post('/v1/chat/completions', async (incoming, outgoing) => {
  const left = new AbortController()
  outgoing.on('close', () => left.abort())
  try {
    const { statusCode, headers, body } = await agent.request({
      origin: process.env.MOCK_URL ?? '',
      path: incoming.path,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: incoming,
      signal: left.signal,
    })
    outgoing.writeHead(statusCode, { 'content-type': String(headers['content-type']) })
    await pipeline(body, outgoing)
  } catch {
    outgoing.destroy()
  }
})
app.listen(Number(process.env.PORT), '127.0.0.1', 4_096)
