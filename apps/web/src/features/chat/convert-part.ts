import type { ThreadMessageLike } from '@assistant-ui/react'
import {
  isToolPart,
  toolNameOf,
  type MessagePart,
  type ToolPart,
} from '@assistant-ui-proxy/contract'

type ContentPart = Exclude<ThreadMessageLike['content'], string>[number]
type ToolCall = Extract<ContentPart, { type: 'tool-call' }>

const converted = new WeakMap<MessagePart, ContentPart | undefined>()

/** A part in assistant-ui's form; undefined for those that are not for the eye. */
export function convertPart(part: MessagePart): ContentPart | undefined {
  if (converted.has(part)) return converted.get(part)
  const result = convert(part)
  converted.set(part, result)
  return result
}

function convert(part: MessagePart): ContentPart | undefined {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text }
    case 'reasoning':
      return { type: 'reasoning', text: part.text }
    case 'file':
    case 'reasoning-file':
      return {
        type: 'file',
        data: part.url,
        mimeType: part.mediaType,
        sourceType: 'url',
        ...('filename' in part && part.filename !== undefined && { filename: part.filename }),
      }
    case 'source-url':
      return {
        type: 'source',
        sourceType: 'url',
        id: part.sourceId,
        url: part.url,
        ...(part.title !== undefined && { title: part.title }),
      }
    case 'source-document':
      return {
        type: 'source',
        sourceType: 'document',
        id: part.sourceId,
        title: part.title,
        mediaType: part.mediaType,
        ...(part.filename !== undefined && { filename: part.filename }),
      }
    case 'step-start':
    case 'custom':
    case 'steering-message':
      return undefined
    default:
      if (isToolPart(part)) return convertTool(part)
      return { type: 'data', name: part.type.slice('data-'.length), data: part.data }
  }
}

function convertTool(part: ToolPart): ToolCall {
  const input = part.input ?? part.rawInput
  const argsText =
    typeof input === 'string' ? input : input === undefined ? '' : JSON.stringify(input)
  return {
    type: 'tool-call',
    toolCallId: part.toolCallId,
    toolName: toolNameOf(part),
    argsText,
    ...resultOf(part),
  }
}

function resultOf(part: ToolPart): Pick<ToolCall, 'result' | 'isError'> {
  switch (part.state) {
    case 'output-available':
      return { result: part.output }
    case 'output-error':
      return { result: part.errorText ?? 'The tool failed.', isError: true }
    case 'output-denied':
      return { result: 'The tool was not allowed to run.', isError: true }
    default:
      return {}
  }
}
