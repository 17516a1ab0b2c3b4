import { isToolPart, type MessagePart, type ToolPart } from './message-part.ts'
import type { ChunkOf, UIMessageChunk } from './ui-message-chunk.ts'

type ToolChunk = ChunkOf<`tool-${string}` & UIMessageChunk['type']>
type ToolInputChunk = ChunkOf<'tool-input-start' | 'tool-input-available' | 'tool-input-error'>

/**
 * Changes the part of the tool call that a chunk is about, or adds it. Chunks of a call that nobody
 * made are left out.
 * @param parts changed in place; the part itself is replaced
 * @param stepStart where the current step begins in `parts`
 */
export function applyToolChunk(parts: MessagePart[], chunk: ToolChunk, stepStart: number): void {
  switch (chunk.type) {
    case 'tool-input-start':
    case 'tool-input-available':
    case 'tool-input-error':
      setToolInput(parts, chunk, stepStart)
      return
    case 'tool-input-delta':
      updateTool(parts, chunk.toolCallId, (part) => ({
        rawInput: `${typeof part.rawInput === 'string' ? part.rawInput : ''}${chunk.inputTextDelta}`,
      }))
      return
    case 'tool-output-available':
      updateTool(parts, chunk.toolCallId, () => ({
        state: 'output-available',
        output: chunk.output,
        preliminary: chunk.preliminary,
        ...(chunk.providerMetadata && { resultProviderMetadata: chunk.providerMetadata }),
      }))
      return
    case 'tool-output-error':
      updateTool(parts, chunk.toolCallId, () => ({
        state: 'output-error',
        errorText: chunk.errorText,
        ...(chunk.providerMetadata && { resultProviderMetadata: chunk.providerMetadata }),
      }))
      return
    case 'tool-output-denied':
      updateTool(parts, chunk.toolCallId, () => ({ state: 'output-denied' }))
      return
    case 'tool-approval-request':
      requestApproval(parts, chunk)
      return
    case 'tool-approval-response':
      recordApproval(parts, chunk)
  }
}

function requestApproval(parts: MessagePart[], chunk: ChunkOf<'tool-approval-request'>): void {
  const { inputSchemaInput, isAutomatic, signature } = chunk
  updateTool(parts, chunk.toolCallId, () => ({
    state: 'approval-requested',
    // By name: another server's chunk may have fields that mean something else here.
    approval: {
      id: chunk.approvalId,
      ...(inputSchemaInput !== undefined && { inputSchemaInput }),
      ...(isAutomatic !== undefined && { isAutomatic }),
      ...(signature !== undefined && { signature }),
      ...(chunk.approvalDescriptor !== undefined && { descriptor: chunk.approvalDescriptor }),
      ...(chunk.reason !== undefined && { requestReason: chunk.reason }),
    },
  }))
}

function recordApproval(parts: MessagePart[], chunk: ChunkOf<'tool-approval-response'>): void {
  const asked = parts.findLast(
    (part): part is ToolPart => isToolPart(part) && part.approval?.id === chunk.approvalId,
  )
  if (asked === undefined) return
  updateTool(parts, asked.toolCallId, ({ approval }) => ({
    state: 'approval-responded',
    approval: {
      ...approval,
      id: chunk.approvalId,
      approved: chunk.approved,
      ...(chunk.reason !== undefined && { reason: chunk.reason }),
    },
    ...(chunk.providerMetadata && { callProviderMetadata: chunk.providerMetadata }),
  }))
}

function setToolInput(parts: MessagePart[], chunk: ToolInputChunk, stepStart: number): void {
  const state =
    chunk.type === 'tool-input-start'
      ? { state: 'input-streaming' as const, rawInput: '', inputEncoding: chunk.inputEncoding }
      : chunk.type === 'tool-input-available'
        ? { state: 'input-available' as const, input: chunk.input, rawInput: undefined }
        : {
            state: 'output-error' as const,
            input: chunk.input,
            rawInput: undefined,
            errorText: chunk.errorText,
          }
  const change = {
    ...state,
    ...(chunk.title !== undefined && { title: chunk.title }),
    ...(chunk.toolMetadata && { toolMetadata: chunk.toolMetadata }),
    ...(chunk.providerExecuted !== undefined && { providerExecuted: chunk.providerExecuted }),
    ...(chunk.providerMetadata && { callProviderMetadata: chunk.providerMetadata }),
  }
  if (updateTool(parts, chunk.toolCallId, () => change, stepStart)) return
  parts.push({
    type: chunk.dynamic ? 'dynamic-tool' : `tool-${chunk.toolName}`,
    ...(chunk.dynamic && { toolName: chunk.toolName }),
    toolCallId: chunk.toolCallId,
    ...change,
  })
}

/**
 * @param from the part to begin at: a call that is made again in a later step is another call
 * @returns whether there is such a tool call
 */
function updateTool(
  parts: MessagePart[],
  toolCallId: string,
  change: (part: ToolPart) => Partial<ToolPart>,
  from = 0,
): boolean {
  const index = parts.findLastIndex(
    (part, at) => at >= from && isToolPart(part) && part.toolCallId === toolCallId,
  )
  const part = parts[index]
  if (part === undefined || !isToolPart(part)) return false
  parts[index] = { ...part, ...change(part) }
  return true
}
