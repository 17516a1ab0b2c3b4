import type { ContentPart, OpenAiMessage } from './openai-messages.ts'

type Content = string | readonly ContentPart[]

/**
 * One message in place of those of the user, or of the system, that follow each other, as questions do
 * whose replies failed.
 */
export function joinMessages(messages: readonly OpenAiMessage[]): OpenAiMessage[] {
  const joined: OpenAiMessage[] = []
  for (const message of messages) {
    const last = joined.at(-1)
    if (last?.role === 'system' && message.role === 'system')
      joined[joined.length - 1] = { ...last, content: joinTexts(last.content, message.content) }
    else if (last?.role === 'user' && message.role === 'user')
      joined[joined.length - 1] = { ...last, content: joinContents(last.content, message.content) }
    else joined.push(message)
  }
  return joined
}

function joinContents(first: Content, second: Content): string | ContentPart[] {
  if (typeof first === 'string' && typeof second === 'string') return joinTexts(first, second)
  return [...partsOf(first), ...partsOf(second)]
}

function joinTexts(first: string, second: string): string {
  return `${first}\n\n${second}`
}

function partsOf(content: Content): readonly ContentPart[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content
}
