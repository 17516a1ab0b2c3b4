import type { ChatMessage } from '@assistant-ui-proxy/contract'
import { z } from 'zod'

/** Where assistant-ui's composer notes what of a message its user has marked to ask about. */
const quotingSchema = z.object({
  custom: z.object({ quote: z.object({ text: z.string().min(1) }) }),
})

/**
 * The message as a model is to read it: what it quotes stands before it, as Markdown has quotes. It is
 * stored as it came, since the page shows the quote by itself.
 */
export function withQuote(message: ChatMessage): ChatMessage {
  if (message.role !== 'user' || message.metadata === undefined) return message
  const { data } = quotingSchema.safeParse(message.metadata)
  if (data === undefined) return message
  const lines = data.custom.quote.text.split(/\r?\n/).map((line) => `> ${line}`)
  const quote = { type: 'text' as const, text: `${lines.join('\n')}\n\n` }
  return { ...message, parts: [quote, ...message.parts] }
}
