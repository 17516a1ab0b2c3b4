import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { convertToModelMessages, streamText, type UIMessage } from 'ai'
import express from 'express'

const provider = createOpenAICompatible({
  name: 'mock',
  baseURL: `${process.env.MOCK_URL}/v1`,
  includeUsage: true,
})
const app = express()
app.use(express.json())

app.post('/api/chat', async (incoming, outgoing) => {
  const left = new AbortController()
  outgoing.on('close', () => left.abort())
  const { messages } = incoming.body as { messages: UIMessage[] }
  const result = streamText({
    model: provider.chatModel('mock'),
    messages: await convertToModelMessages(messages),
    abortSignal: left.signal,
  })
  result.pipeUIMessageStreamToResponse(outgoing)
})
app.listen(Number(process.env.PORT), '127.0.0.1', 4_096)
