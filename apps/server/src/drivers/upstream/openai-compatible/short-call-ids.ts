import { hash } from 'node:crypto'
import type { OpenAiMessage } from './openai-messages.ts'

/**
 * The messages with ids of tool calls that every model takes, where another gave the calls theirs: Mistral's
 * take nine letters and digits, OpenAI's 40 characters at most.
 */
export function withShortCallIds(messages: readonly OpenAiMessage[]): OpenAiMessage[] {
  return messages.map((message): OpenAiMessage => {
    if (message.role === 'tool')
      return { ...message, tool_call_id: shortened(message.tool_call_id) }
    if (message.role !== 'assistant' || message.tool_calls === undefined) return message
    const calls = message.tool_calls.map((call) => ({ ...call, id: shortened(call.id) }))
    return { ...message, tool_calls: calls }
  })
}

function shortened(id: string): string {
  return /^[a-zA-Z0-9]{9}$/.test(id) ? id : hash('sha256', id, 'hex').slice(0, 9)
}
