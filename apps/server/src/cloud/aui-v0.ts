import {
  isToolPart,
  toolNameOf,
  type Message,
  type MessagePart,
  type ToolPart,
} from '@assistant-ui-proxy/contract'

type Json = Record<string, unknown>

/**
 * `aui/v0`, in which assistant-ui's own runtime writes its messages, as a `UIMessage` without its id.
 * Parts that have no counterpart are left out.
 * @returns undefined where nothing of it can be told
 * @see auiV0Encode in @assistant-ui/core
 */
export function fromAuiV0(message: Json): Json | undefined {
  const { role, content, attachments, metadata } = message
  if (!Array.isArray(content) || !['user', 'assistant', 'system'].includes(String(role)))
    return undefined
  const attached = Array.isArray(attachments)
    ? attachments.flatMap((each: unknown) => (isJson(each) ? asList(each['content']) : []))
    : []
  const all = [...content, ...attached]
  const parts = all.flatMap((part: unknown) => (isJson(part) ? (partOfAui(part) ?? []) : []))
  if (parts.length === 0 && all.length > 0) return undefined
  const custom = isJson(metadata) ? metadata['custom'] : undefined
  const hasMetadata = isJson(custom) && Object.keys(custom).length > 0
  return { role, parts, ...(hasMetadata && { metadata: custom }) }
}

/** A message of this server, or of the AI SDK, as `aui/v0`. */
export function toAuiV0({ role, parts, status }: Message, metadata: unknown): Json | undefined {
  const content = parts.flatMap((part) => auiOfPart(part) ?? [])
  if (content.length === 0 && parts.some(({ type }) => type !== 'step-start')) return undefined
  return {
    role,
    content,
    metadata: {
      unstable_annotations: [],
      unstable_data: [],
      steps: [],
      custom: isJson(metadata) ? metadata : {},
    },
    ...(role === 'assistant' && { status: auiStatuses[status] }),
  }
}

const auiStatuses = {
  complete: { type: 'complete', reason: 'unknown' },
  stopped: { type: 'incomplete', reason: 'cancelled' },
  streaming: { type: 'incomplete', reason: 'other' },
  failed: { type: 'incomplete', reason: 'error' },
} as const satisfies Record<Message['status'], Json>

function partOfAui(part: Json): Json | undefined {
  switch (part['type']) {
    case 'text':
    case 'reasoning':
      return { type: part['type'], text: part['text'] }
    case 'source':
      return part['sourceType'] === 'url'
        ? { type: 'source-url', sourceId: part['id'], url: part['url'], ...pick(part, 'title') }
        : {
            type: 'source-document',
            sourceId: part['id'],
            ...pick(part, 'title', 'mediaType', 'filename'),
          }
    case 'image':
      return fileOf(String(part['image']), 'image/*', part)
    case 'file':
      return fileOf(String(part['data']), String(part['mimeType']), part)
    case 'audio': {
      const audio = isJson(part['audio']) ? part['audio'] : {}
      return fileOf(String(audio['data']), `audio/${String(audio['format'])}`, part)
    }
    case 'data':
      return { type: `data-${String(part['name'])}`, data: part['data'] }
    case 'tool-call':
      return toolOfAui(part)
    default:
      return undefined
  }
}

/** @param data a URL, or the bytes in base64 */
function fileOf(data: string, mediaType: string, part: Json): Json {
  const isUrl = /^[a-z][a-z+.-]*:/i.test(data)
  const [, own] = /^data:([^;,]+)/.exec(data) ?? []
  const url = isUrl ? data : `data:${mediaType};base64,${data}`
  return { type: 'file', url, mediaType: own ?? mediaType, ...pick(part, 'filename') }
}

function toolOfAui(part: Json): Json {
  const { toolName, toolCallId, args, argsText, result, isError } = part
  const call = {
    type: `tool-${String(toolName)}`,
    toolCallId,
    input: args ?? parseJson(String(argsText)),
  }
  if (result === undefined) return { ...call, state: 'input-available' }
  return isError === true
    ? { ...call, state: 'output-error', errorText: textOf(result) }
    : { ...call, state: 'output-available', output: result }
}

function auiOfPart(part: MessagePart): Json | undefined {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return { type: part.type, text: part.text }
    case 'source-url':
      return {
        type: 'source',
        sourceType: 'url',
        id: part.sourceId,
        url: part.url,
        ...pick(part, 'title'),
      }
    case 'source-document':
      return {
        type: 'source',
        sourceType: 'document',
        id: part.sourceId,
        ...pick(part, 'title', 'mediaType', 'filename'),
      }
    case 'file':
      return part.mediaType.startsWith('image/')
        ? { type: 'image', image: part.url, ...pick(part, 'filename') }
        : { type: 'file', data: part.url, mimeType: part.mediaType, ...pick(part, 'filename') }
    case 'step-start':
    case 'reasoning-file':
    case 'custom':
    case 'steering-message':
      return undefined
    default:
      return isToolPart(part) ? auiOfTool(part) : auiOfData(part)
  }
}

function auiOfData({ type, data }: Extract<MessagePart, { data: unknown }>): Json {
  return { type: 'data', name: type.slice('data-'.length), data }
}

function auiOfTool(part: ToolPart): Json {
  const { toolCallId, input, state, output, errorText } = part
  const isObject = isJson(input)
  return {
    type: 'tool-call',
    toolCallId,
    toolName: toolNameOf(part),
    ...(isObject ? { args: input } : { argsText: textOf(input) }),
    ...(state === 'output-available' && { result: output ?? null }),
    ...(state === 'output-error' && { result: errorText ?? '', isError: true }),
  }
}

function pick(from: object, ...names: string[]): Json {
  return Object.fromEntries(
    Object.entries(from).filter(([name, value]) => names.includes(name) && value !== undefined),
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
