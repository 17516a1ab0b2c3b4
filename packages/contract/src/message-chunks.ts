import { isToolPart, toolNameOf, type MessagePart, type ToolPart } from './message-part.ts'
import type { Message } from './message.ts'
import type { ChunkOf, TerminalChunk, UIMessageChunk } from './ui-message-chunk.ts'

/**
 * Message → chunks: a stream that accumulates to this message again. What a stored reply is told with
 * when its own stream is not kept any more.
 */
export function chunksOfMessage({
  id,
  parts,
  metadata,
  status,
  error,
}: Pick<Message, 'id' | 'parts' | 'metadata' | 'status' | 'error'>): UIMessageChunk[] {
  const start: ChunkOf<'start'> = {
    type: 'start',
    messageId: id,
    ...(metadata !== undefined && { messageMetadata: metadata }),
  }
  const told = parts.flatMap(chunksOfPart)
  if (status === 'complete') return [start, ...told, { type: 'finish' }]
  if (status === 'stopped') return [start, ...told, { type: 'abort' }]
  if (status === 'failed' && error !== null) return [start, ...told, errorChunk(error)]
  return [start, ...told]
}

/** A failure as the end of a stream. */
export function errorChunk(problem: object): TerminalChunk {
  return { type: 'error', errorText: JSON.stringify(problem) }
}

function chunksOfPart(part: MessagePart, index: number): UIMessageChunk[] {
  switch (part.type) {
    case 'step-start':
      return [{ type: 'start-step' }]
    case 'text': {
      const id = String(index)
      const { text, citations, ...rest } = part
      return [
        { type: 'text-start', id, ...provided(rest) },
        { type: 'text-delta', id, delta: text },
        ...(part.state === 'done'
          ? [{ type: 'text-end' as const, id, ...(citations && { citations }) }]
          : []),
      ]
    }
    case 'reasoning': {
      const id = part.id ?? String(index)
      return [
        { type: 'reasoning-start', id, ...provided(part) },
        { type: 'reasoning-delta', id, delta: part.text },
        ...(part.state === 'done' ? [{ type: 'reasoning-end' as const, id }] : []),
      ]
    }
    case 'source-url':
    case 'source-document':
    case 'file':
    case 'reasoning-file':
    case 'custom':
    case 'steering-message':
      return [part as UIMessageChunk]
    default:
      return isToolPart(part) ? chunksOfTool(part) : [part as ChunkOf<`data-${string}`>]
  }
}

function chunksOfTool(part: ToolPart): UIMessageChunk[] {
  const { toolCallId, state, errorText = '' } = part
  const input = inputChunks(part)
  const result = part.resultProviderMetadata && { providerMetadata: part.resultProviderMetadata }
  switch (state) {
    case 'output-available':
      return [
        ...input,
        {
          type: 'tool-output-available',
          toolCallId,
          output: part.output,
          ...(part.preliminary !== undefined && { preliminary: part.preliminary }),
          ...result,
        },
      ]
    case 'output-error':
      return [...input, { type: 'tool-output-error', toolCallId, errorText, ...result }]
    case 'output-denied':
      return [...input, ...approvalChunks(part), { type: 'tool-output-denied', toolCallId }]
    case 'approval-requested':
    case 'approval-responded':
      return [...input, ...approvalChunks(part)]
    default:
      return input
  }
}

function inputChunks(part: ToolPart): UIMessageChunk[] {
  const { toolCallId, rawInput, inputEncoding } = part
  const call = {
    toolCallId,
    toolName: toolNameOf(part),
    ...(part.type === 'dynamic-tool' && { dynamic: true }),
    ...(part.title !== undefined && { title: part.title }),
    ...(part.providerExecuted !== undefined && { providerExecuted: part.providerExecuted }),
    ...(part.toolMetadata && { toolMetadata: part.toolMetadata }),
    ...(part.callProviderMetadata && { providerMetadata: part.callProviderMetadata }),
  }
  if (part.state !== 'input-streaming')
    return [{ type: 'tool-input-available', ...call, input: part.input }]
  const begin: UIMessageChunk = {
    type: 'tool-input-start',
    ...call,
    ...(inputEncoding !== undefined && { inputEncoding }),
  }
  return typeof rawInput === 'string'
    ? [begin, { type: 'tool-input-delta', toolCallId, inputTextDelta: rawInput }]
    : [begin]
}

function approvalChunks({ toolCallId, approval }: ToolPart): UIMessageChunk[] {
  if (approval === undefined) return []
  const { id: approvalId, approved, reason } = approval
  const asked: UIMessageChunk = { type: 'tool-approval-request', approvalId, toolCallId }
  if (approved === undefined) return [asked]
  const words = typeof reason === 'string' ? { reason } : {}
  return [asked, { type: 'tool-approval-response', approvalId, approved, ...words }]
}

function provided({
  providerMetadata,
}: {
  providerMetadata?: Record<string, unknown> | undefined
}) {
  return providerMetadata && { providerMetadata }
}
