import type { Message } from '@assistant-ui-proxy/contract'

/** The text of a stored message. */
export function textOf(message: Message | undefined): string {
  return (message?.parts ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('')
}

/** The replies among a thread's stored messages. */
export function repliesIn(messages: readonly Message[]): Message[] {
  return messages.filter(({ role }) => role === 'assistant')
}
