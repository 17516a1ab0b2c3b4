import type { MessagePart } from './message-part.ts'
import { parseProblem, createProblem, type Problem } from './problem.ts'
import type { MessageStatus } from './message.ts'
import { PartPlaces } from './part-places.ts'
import { applyToolChunk } from './tool-part-changes.ts'
import type { ChunkOf, FinishReason, UIMessageChunk } from './ui-message-chunk.ts'

/** A reply as far as its stream has come. Never changed: each step gives a new one. */
export interface Reply {
  /** The id that the stream's `start` gave, if it gave one. */
  readonly id?: string
  readonly parts: readonly MessagePart[]
  readonly metadata?: unknown
  readonly status: MessageStatus
  /** Set when `status` is `failed`. */
  readonly problem?: Problem
  readonly finishReason?: FinishReason
  /** Where in `parts` the text and reasoning that still grow are, by kind and stream id. */
  readonly open: Readonly<Record<string, number>>
  /** Where in `parts` the current step began. */
  readonly stepStart: number
}

export const emptyReply: Reply = { parts: [], status: 'streaming', open: {}, stepStart: 0 }

/**
 * Chunks → message. Pure, and the only definition of what a stream means: the server stores with it,
 * a client renders with it. Parts that did not change are the same objects afterwards.
 * Text that comes for a part nobody opened opens it: nothing is lost.
 */
export function accumulate(reply: Reply, chunks: readonly UIMessageChunk[]): Reply {
  const draft: Draft = { ...reply, parts: reply.parts.slice(), open: { ...reply.open } }
  const metadata = chunks.map(metadataOf).filter((told) => told !== undefined)
  if (metadata.length > 0) draft.metadata = merge(reply.metadata, metadata)
  const places = new PartPlaces(draft.parts)
  for (const chunk of chunks) apply(draft, chunk, places)
  return draft
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }
interface Draft extends Mutable<Omit<Reply, 'parts' | 'open'>> {
  parts: MessagePart[]
  open: Record<string, number>
}

function apply(draft: Draft, chunk: UIMessageChunk, places: PartPlaces): void {
  switch (chunk.type) {
    case 'start':
      if (chunk.messageId !== undefined) draft.id = chunk.messageId
      return
    case 'message-metadata':
      return
    case 'finish':
      if (chunk.finishReason !== undefined) draft.finishReason = chunk.finishReason
      end(draft, 'complete')
      return
    case 'abort':
      end(draft, 'stopped')
      return
    case 'error':
      draft.problem = problemOf(chunk)
      end(draft, 'failed')
      return
    case 'text-start':
    case 'reasoning-start':
      openPart(draft, chunk)
      return
    case 'text-delta':
    case 'reasoning-delta':
      growPart(draft, chunk)
      return
    case 'text-end':
    case 'reasoning-end':
      closePart(draft, chunk)
      return
    case 'start-step':
      draft.parts.push({ type: 'step-start' })
      draft.stepStart = draft.parts.length
      return
    case 'finish-step':
      closeAll(draft)
      return
    case 'reset-step':
      closeAll(draft)
      places.dropFrom(draft.stepStart)
      draft.parts.length = draft.stepStart
      return
    case 'tool-input-start':
    case 'tool-input-delta':
    case 'tool-input-available':
    case 'tool-input-error':
    case 'tool-output-available':
    case 'tool-output-error':
    case 'tool-output-denied':
    case 'tool-approval-request':
    case 'tool-approval-response':
      applyToolChunk(draft.parts, places, chunk, draft.stepStart)
      return
    case 'source-url':
    case 'source-document':
    case 'file':
    case 'reasoning-file':
    case 'custom':
    case 'steering-message':
      draft.parts.push(chunk)
      return
    default:
      setData(draft, chunk, places)
  }
}

type TextKind = 'text' | 'reasoning'
type KindOfPart<Suffix extends string> = ChunkOf<`${TextKind}-${Suffix}` & UIMessageChunk['type']>

function kindOf(chunk: KindOfPart<'start' | 'delta' | 'end'>): TextKind {
  return chunk.type.startsWith('text') ? 'text' : 'reasoning'
}

function openPart(draft: Draft, chunk: KindOfPart<'start' | 'delta'>): number {
  const kind = kindOf(chunk)
  const key = `${kind}:${chunk.id}`
  finishPart(draft, draft.open[key])
  const index = draft.parts.push({
    type: kind,
    // As the AI SDK does: it joins reasoning again by this id.
    ...(kind === 'reasoning' && { id: chunk.id }),
    text: '',
    state: 'streaming',
    ...(chunk.providerMetadata && { providerMetadata: chunk.providerMetadata }),
  })
  draft.open[key] = index - 1
  return index - 1
}

function growPart(draft: Draft, chunk: KindOfPart<'delta'>): void {
  const kind = kindOf(chunk)
  const index = draft.open[`${kind}:${chunk.id}`] ?? openPart(draft, chunk)
  const part = draft.parts[index]
  if (part?.type !== kind) return
  draft.parts[index] = {
    ...part,
    text: part.text + chunk.delta,
    ...(chunk.providerMetadata && { providerMetadata: chunk.providerMetadata }),
  }
}

function closePart(draft: Draft, chunk: KindOfPart<'end'>): void {
  const kind = kindOf(chunk)
  const key = `${kind}:${chunk.id}`
  const index = draft.open[key]
  if (index === undefined) return
  const part = draft.parts[index]
  if (part?.type !== kind) return
  draft.parts[index] = {
    ...part,
    state: 'done',
    ...(chunk.type === 'text-end' && chunk.citations && { citations: chunk.citations }),
    ...(chunk.providerMetadata && { providerMetadata: chunk.providerMetadata }),
  }
  delete draft.open[key]
}

function closeAll(draft: Draft): void {
  for (const index of Object.values(draft.open)) finishPart(draft, index)
  draft.open = {}
}

function finishPart(draft: Draft, index = -1): void {
  const part = draft.parts[index]
  if (part?.type === 'text' || part?.type === 'reasoning')
    draft.parts[index] = { ...part, state: 'done' }
}

function end(draft: Draft, status: MessageStatus): void {
  closeAll(draft)
  draft.status = status
}

function metadataOf(chunk: UIMessageChunk): unknown {
  const { type } = chunk
  const mayTell = type === 'start' || type === 'message-metadata' || type === 'finish'
  return mayTell ? chunk.messageMetadata : undefined
}

/** The later over the earlier, field by field; what has no fields takes the place of all before it. */
function merge(before: unknown, told: readonly unknown[]): unknown {
  const all = [before, ...told]
  const last = all.findLastIndex((each) => !isRecord(each))
  const records = all.slice(last + 1).filter(isRecord)
  if (records.length < 2) return all.at(-1)
  // All at once: one after another, each would copy those before it.
  return Object.fromEntries(records.flatMap(Object.entries))
}

function problemOf(chunk: ChunkOf<'error'>): Problem {
  return parseProblem(chunk.errorText) ?? createProblem('upstream_error', chunk.errorText)
}

function setData(
  draft: Draft,
  { transient, ...part }: ChunkOf<`data-${string}`>,
  places: PartPlaces,
): void {
  if (transient === true) return
  const index = part.id === undefined ? -1 : places.ofData(part.type, part.id)
  if (index === -1) draft.parts.push(part)
  else draft.parts[index] = part
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
