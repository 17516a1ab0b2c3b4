import {
  isToolPart,
  textOfParts,
  toolNameOf,
  type ChatMessage,
  type MessagePart,
  type ToolPart,
  type Tools,
} from '@assistant-ui-proxy/contract'

type FilePart = Extract<MessagePart, { type: 'file' }>

type ContentPart =
  | { type: 'text'; text: string }
  | { type: 'image_url'; image_url: { url: string } }
  | { type: 'input_audio'; input_audio: { data: string; format: string } }
  | { type: 'file'; file: { filename: string; file_data: string } }

interface ToolCall {
  id: string
  type: 'function'
  function: { name: string; arguments: string }
}

export type OpenAiMessage =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string | ContentPart[] }
  | { role: 'assistant'; content: string | null; tool_calls?: ToolCall[] }
  | { role: 'tool'; tool_call_id: string; content: string }

/**
 * A conversation as chat completions take it. Reasoning is left out, since models do not want theirs
 * back; a reply of several steps becomes as many messages, each followed by its tools' results.
 * @see OpenAI API reference, “Create chat completion”
 */
export function toOpenAiMessages(messages: readonly ChatMessage[]): OpenAiMessage[] {
  return messages.flatMap((message): OpenAiMessage[] => {
    switch (message.role) {
      case 'system':
        return [{ role: 'system', content: textOfParts(message.parts) }]
      case 'user':
        return [{ role: 'user', content: userContent(message.parts) }]
      case 'assistant':
        return stepsOf(message.parts).flatMap(stepMessages)
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

function stepMessages(step: readonly MessagePart[]): OpenAiMessage[] {
  const text = textOfParts(step)
  const tools = step.filter(isToolPart)
  if (text === '' && tools.length === 0) return []
  return [
    {
      role: 'assistant',
      content: text === '' ? null : text,
      ...(tools.length > 0 && { tool_calls: tools.map(toToolCall) }),
    },
    // Every call needs an answer, or the server refuses the conversation.
    ...tools.map((tool): OpenAiMessage => ({
      role: 'tool',
      tool_call_id: tool.toolCallId,
      content: resultOf(tool),
    })),
  ]
}

function toToolCall(tool: ToolPart): ToolCall {
  const input = typeof tool.input === 'string' ? tool.input : JSON.stringify(tool.input ?? {})
  return {
    id: tool.toolCallId,
    type: 'function',
    function: { name: toolNameOf(tool), arguments: input },
  }
}

function resultOf(tool: ToolPart): string {
  switch (tool.state) {
    case 'output-available':
      return typeof tool.output === 'string' ? tool.output : JSON.stringify(tool.output ?? null)
    case 'output-error':
      return `Error: ${tool.errorText ?? 'the tool failed'}`
    case 'output-denied':
      return 'The user did not allow this call.'
    default:
      return 'The call was not carried out.'
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
