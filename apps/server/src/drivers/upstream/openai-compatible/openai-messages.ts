import {
  isToolPart,
  textOfParts,
  toolNameOf,
  type ChatMessage,
  type MessagePart,
  type ToolPart,
  type Tools,
} from '@assistant-ui-proxy/contract'
import { authorshipOf, type ReasoningField } from './provider-metadata.ts'
import { toolResultOf } from './tool-result.ts'

type FilePart = Extract<MessagePart, { type: 'file' }>

export type ContentPart =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: { url: string } }
  | { type: 'input_audio'; input_audio: { data: string; format: string } }
  | { type: 'file'; file: { filename: string; file_data: string } }

interface ToolCall {
  id: string
  type: 'function'
  function: { name: string; arguments: string }
  extra_content?: unknown
}

export type OpenAiMessage =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string | ContentPart[] }
  | {
      role: 'assistant'
      content: string | null
      reasoning_content?: string
      reasoning?: string
      reasoning_details?: unknown
      tool_calls?: ToolCall[]
    }
  | { role: 'tool'; tool_call_id: string; content: string }

/**
 * A conversation as chat completions take it. A reply of several steps becomes as many messages, each
 * followed by its tools' results.
 * @param author who is asked: none but they are given their own reasoning back
 * @param takesReasoning whether they take back what they said as `reasoning`
 * @see OpenAI API reference, “Create chat completion”
 */
export function toOpenAiMessages(
  messages: readonly ChatMessage[],
  author: string,
  takesReasoning = true,
): OpenAiMessage[] {
  return messages.flatMap((message): OpenAiMessage[] => {
    switch (message.role) {
      case 'system':
        return [{ role: 'system', content: textOfParts(message.parts) }]
      case 'user':
        return [{ role: 'user', content: userContent(message.parts) }]
      case 'assistant':
        return stepsOf(message.parts).flatMap((step) => stepMessages(step, author, takesReasoning))
    }
  })
}

export function toolCallIdsOf(messages: readonly ChatMessage[]): string[] {
  return messages.flatMap(({ parts }) => parts.filter(isToolPart).map((part) => part.toolCallId))
}

function userContent(parts: readonly MessagePart[]): string | ContentPart[] {
  if (parts.every((part) => part.type !== 'file')) return textOfParts(parts)
  return parts.flatMap((part): ContentPart[] => {
    if (part.type === 'text') return [{ type: 'text', text: part.text }]
    return part.type === 'file' ? [fileContent(part)] : []
  })
}

function fileContent({ url, mediaType, filename }: FilePart): ContentPart {
  if (mediaType.startsWith('image')) return { type: 'image_url', image_url: { url } }
  const [, data] = /^data:[^,]*;base64,(.*)$/s.exec(url) ?? []
  const format = { 'audio/wav': 'wav', 'audio/mpeg': 'mp3', 'audio/mp3': 'mp3' }[mediaType]
  if (format !== undefined && data !== undefined)
    return { type: 'input_audio', input_audio: { data, format } }
  return { type: 'file', file: { filename: filename ?? 'file', file_data: url } }
}

function stepsOf(parts: readonly MessagePart[]): MessagePart[][] {
  const steps: MessagePart[][] = [[]]
  for (const part of parts) {
    if (part.type === 'step-start') steps.push([])
    else steps.at(-1)?.push(part)
  }
  return steps.filter((step) => step.length > 0)
}

function stepMessages(
  step: readonly MessagePart[],
  author: string,
  takesReasoning: boolean,
): OpenAiMessage[] {
  const said = textOfParts(step)
  const tools = step.filter(isToolPart)
  if (said === '' && tools.length === 0) return []
  const tagged = ownReasoning(step, author, '<think>')
  const text = tagged === '' ? said : `<think>\n${tagged}</think>\n\n${said}`
  const thought = ownReasoning(step, author, undefined)
  const details = ownReasoningDetails(step, author)
  // The details say the same, and more.
  const reasoning = takesReasoning && !details ? ownReasoning(step, author, 'reasoning') : ''
  return [
    {
      role: 'assistant',
      content: text === '' ? null : text,
      ...(thought !== '' && { reasoning_content: thought }),
      ...(reasoning !== '' && { reasoning }),
      ...(details !== undefined && { reasoning_details: details }),
      ...(tools.length > 0 && { tool_calls: tools.map((tool) => toToolCall(tool, author)) }),
    },
    // Every call needs an answer, or the server refuses the conversation.
    ...tools.map((tool): OpenAiMessage => ({
      role: 'tool',
      tool_call_id: tool.toolCallId,
      content: toolResultOf(tool),
    })),
  ]
}

/** @param field under which it came: undefined is `reasoning_content` */
function ownReasoning(
  step: readonly MessagePart[],
  author: string,
  field: ReasoningField | undefined,
): string {
  return step
    .filter((part) => part.type === 'reasoning')
    .filter(({ providerMetadata }) => {
      const authorship = authorshipOf(providerMetadata, author)
      return authorship !== undefined && authorship.field === field
    })
    .map(({ text }) => text)
    .join('')
}

function ownReasoningDetails(step: readonly MessagePart[], author: string): unknown {
  return step
    .filter((part) => part.type === 'text' || part.type === 'reasoning' || isToolPart(part))
    .map((part) => (isToolPart(part) ? part.callProviderMetadata : part.providerMetadata))
    .map((metadata) => authorshipOf(metadata, author)?.reasoning_details)
    .find((details) => details !== undefined)
}

function toToolCall(tool: ToolPart, author: string): ToolCall {
  const { extra_content } = authorshipOf(tool.callProviderMetadata, author) ?? {}
  const input = typeof tool.input === 'string' ? tool.input : JSON.stringify(tool.input ?? {})
  return {
    id: tool.toolCallId,
    type: 'function',
    function: { name: toolNameOf(tool), arguments: input },
    ...(extra_content !== undefined && { extra_content }),
  }
}

/** @returns undefined where there is none: servers refuse an empty list */
export function toOpenAiTools(tools: Tools = {}) {
  const list = Object.entries(tools).map(([name, { description, parameters }]) => ({
    type: 'function',
    function: { name, description, parameters },
  }))
  return list.length > 0 ? list : undefined
}
