import { isToolPart, type MessagePart, type ToolPart } from './message-part.ts'
import type { PartPlaces } from './part-places.ts'
import type { ChunkOf, UIMessageChunk } from './ui-message-chunk.ts'

type ToolChunk = ChunkOf<`tool-${string}` & UIMessageChunk['type']>
type ToolInputChunk = ChunkOf<'tool-input-start' | 'tool-input-available' | 'tool-input-error'>

/**
 * Changes the part of the tool call that a chunk is about, or adds it. Chunks of a call that nobody
 * made are left out.
 * @param parts changed in place; the part itself is replaced
 * @param places those of `parts`
 * @param stepStart where the current step begins in `parts`
 */
export function applyToolChunk(
  parts: MessagePart[],
  places: PartPlaces,
  chunk: ToolChunk,
  stepStart: number,
): void {
  const update = (toolCallId: string, change: (part: ToolPart) => Partial<ToolPart>) =>
    updateTool(parts, places.ofTool(toolCallId), change)
  switch (chunk.type) {
    case 'tool-input-start':
    case 'tool-input-available':
    case 'tool-input-error':
      setToolInput(parts, places, chunk, stepStart)
      return
    case 'tool-input-delta':
      update(chunk.toolCallId, (part) => ({
        rawInput: `${typeof part.rawInput === 'string' ? part.rawInput : ''}${chunk.inputTextDelta}`,
      }))
      return
    case 'tool-output-available':
      update(chunk.toolCallId, () => ({
        state: 'output-available',
        output: chunk.output,
        preliminary: chunk.preliminary,
        ...(chunk.providerMetadata && { resultProviderMetadata: chunk.providerMetadata }),
      }))
      return
    case 'tool-output-error':
      update(chunk.toolCallId, () => ({
        state: 'output-error',
        errorText: chunk.errorText,
        ...(chunk.providerMetadata && { resultProviderMetadata: chunk.providerMetadata }),
      }))
      return
    case 'tool-output-denied':
      update(chunk.toolCallId, () => ({ state: 'output-denied' }))
      return
    case 'tool-approval-request':
      requestApproval(parts, places, chunk)
      return
    case 'tool-approval-response':
      recordApproval(parts, places, chunk)
  }
}

function requestApproval(
  parts: MessagePart[],
  places: PartPlaces,
  chunk: ChunkOf<'tool-approval-request'>,
): void {
  const { inputSchemaInput, isAutomatic, signature } = chunk
  const place = places.ofTool(chunk.toolCallId)
  if (place !== -1) places.setApproval(chunk.approvalId, place)
  updateTool(parts, place, () => ({
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

function recordApproval(
  parts: MessagePart[],
  places: PartPlaces,
  chunk: ChunkOf<'tool-approval-response'>,
): void {
  updateTool(parts, places.ofApproval(chunk.approvalId), ({ approval }) => ({
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

function setToolInput(
  parts: MessagePart[],
  places: PartPlaces,
  chunk: ToolInputChunk,
  stepStart: number,
): void {
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
  const place = places.ofTool(chunk.toolCallId)
  // A call that is made again in a later step is another call.
  if (place >= stepStart) return updateTool(parts, place, () => change)
  parts.push({
    type: chunk.dynamic ? 'dynamic-tool' : `tool-${chunk.toolName}`,
    ...(chunk.dynamic && { toolName: chunk.toolName }),
    toolCallId: chunk.toolCallId,
    ...change,
  })
}

/** @param place -1 where there is no such call */
function updateTool(
  parts: MessagePart[],
  place: number,
  change: (part: ToolPart) => Partial<ToolPart>,
): void {
  const part = parts[place]
  if (part && isToolPart(part)) parts[place] = { ...part, ...change(part) }
}
