import type { MessagePart } from './message-part.ts'

type Metadata = Record<string, unknown>

interface Provided {
  providerMetadata?: Metadata
}

interface ToolExtras extends Provided {
  providerExecuted?: boolean
  toolMetadata?: Metadata
  dynamic?: boolean
}

export const finishReasons = [
  'stop',
  'length',
  'content-filter',
  'tool-calls',
  'error',
  'interrupted',
  'other',
] as const

export type FinishReason = (typeof finishReasons)[number]

/** The chunks with a fixed `type`, by it. */
export interface ChunkFields {
  start: { messageId?: string; messageMetadata?: unknown }
  finish: { finishReason?: FinishReason; messageMetadata?: unknown }
  abort: { reason?: string }
  /** `errorText` is the JSON of a `Problem` where this product sent it. */
  error: { errorText: string }
  'message-metadata': { messageMetadata: unknown }
  'start-step': object
  'finish-step': object
  'reset-step': object
  'text-start': { id: string } & Provided
  'text-delta': { id: string; delta: string } & Provided
  'text-end': { id: string; citations?: unknown[] } & Provided
  'reasoning-start': { id: string } & Provided
  'reasoning-delta': { id: string; delta: string } & Provided
  'reasoning-end': { id: string } & Provided
  'tool-input-start': {
    toolCallId: string
    toolName: string
    title?: string
    inputEncoding?: 'json' | 'text'
  } & ToolExtras
  'tool-input-delta': { toolCallId: string; inputTextDelta: string }
  'tool-input-available': {
    toolCallId: string
    toolName: string
    input: unknown
    title?: string
  } & ToolExtras
  'tool-input-error': {
    toolCallId: string
    toolName: string
    input: unknown
    errorText: string
    title?: string
  } & ToolExtras
  'tool-output-available': {
    toolCallId: string
    output: unknown
    preliminary?: boolean
  } & ToolExtras
  'tool-output-error': { toolCallId: string; errorText: string } & ToolExtras
  'tool-output-denied': { toolCallId: string }
  'tool-approval-request': {
    approvalId: string
    toolCallId: string
    approvalDescriptor?: unknown
    inputSchemaInput?: unknown
    reason?: string
    isAutomatic?: boolean
    signature?: string
  }
  'tool-approval-response': {
    approvalId: string
    approved: boolean
    reason?: string
    providerExecuted?: boolean
  } & Provided
  'source-url': { sourceId: string; url: string; title?: string } & Provided
  'source-document': {
    sourceId: string
    mediaType: string
    title: string
    filename?: string
  } & Provided
  file: {
    url: string
    mediaType: string
    filename?: string
    providerReference?: Record<string, string>
  } & Provided
  'reasoning-file': { url: string; mediaType: string } & Provided
  custom: { kind: string } & Provided
  'steering-message': { id: string; parts: SteeringPart[] }
}

export type SteeringPart = Extract<MessagePart, { type: 'steering-message' }>['parts'][number]

type FixedChunk = {
  [Type in keyof ChunkFields]: { type: Type } & ChunkFields[Type]
}[keyof ChunkFields]

interface DataChunk {
  type: `data-${string}`
  id?: string
  data: unknown
  /** Shown while the stream lasts, not part of the message. */
  transient?: boolean
}

/**
 * One event of a chat stream: the AI SDK's UI message stream, v1 (ai 7). A stream ends with exactly
 * one of `finish`, `abort` and `error`; one that ends without is cut.
 */
export type UIMessageChunk = FixedChunk | DataChunk

export type ChunkOf<Type extends UIMessageChunk['type']> = Extract<UIMessageChunk, { type: Type }>

export type TerminalChunk = ChunkOf<'finish' | 'abort' | 'error'>

export function isTerminal(chunk: UIMessageChunk): chunk is TerminalChunk {
  return chunk.type === 'finish' || chunk.type === 'abort' || chunk.type === 'error'
}
