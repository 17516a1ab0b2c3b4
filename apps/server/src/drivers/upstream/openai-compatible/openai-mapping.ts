import type { UIMessageChunk } from '@assistant-ui-proxy/contract'
import { isDone, type EventMapping } from '../event-mapper.ts'
import { Citations } from './citations.ts'
import {
  choiceOf,
  parseCompletionEvent,
  textOfContent,
  thoughtOfContent,
  type CompletionEvent,
  type Delta,
  type ToolCallDelta,
} from './completion-event.ts'
import { errorOfEvent, gaveUp } from './event-error.ts'
import { isCut, isFailure, toFinishReason } from './finish-reasons.ts'
import { metadataOf, type ReasoningField } from './provider-metadata.ts'
import { ReasoningDetails, type ReasoningDetail } from './reasoning-details.ts'
import { ThinkTags } from './think-tags.ts'
import { TextEventTemplate } from './text-event-template.ts'
import { toTokenUsage, type Usage } from './token-usage.ts'
import { ToolCallDeltas, type CallContext } from './tool-call-deltas.ts'

/**
 * Maps the events of one streamed chat completion to chunks.
 * @see OpenAI API reference, “Chat completion chunk object”
 */
export class OpenAiMapping implements EventMapping {
  #begun = false
  #open: 'text' | 'reasoning' | undefined
  #partCount = 0
  #partId = ''
  #finishReason: string | undefined
  #model: string | undefined
  #usage: Usage | undefined
  readonly #template = new TextEventTemplate()
  readonly #tags = new ThinkTags()
  readonly #toolCalls: ToolCallDeltas
  readonly #author: string
  readonly #secrets: readonly string[]
  readonly #details = new ReasoningDetails()
  readonly #citations = new Citations()

  /** @param secrets what must not be told of an error */
  constructor(context: CallContext, secrets: readonly string[] = []) {
    this.#secrets = secrets
    this.#toolCalls = new ToolCallDeltas(context)
    this.#author = context.author
  }

  /** Whether anything of a reply has come. */
  get hasBegun(): boolean {
    return this.#begun
  }

  /** @throws AppError `upstream_protocol` for what is no completion, for an error what it means */
  map(data: string, chunks: UIMessageChunk[]): boolean {
    if (isDone(data)) {
      this.close(chunks)
      return true
    }
    const event = parseCompletionEvent(data)
    this.#mapEvent(event, chunks)
    // The first event is another than those that follow it, as a rule.
    if (this.#open === 'text' && textOf(event) !== undefined) this.#template.learn(data, textOf)
    return false
  }

  skim(bytes: Buffer, chunks: UIMessageChunk[]): number {
    const read = this.#template.read(bytes)
    if (read === undefined) return 0
    if (read.text !== '') this.#grow('text', read.text, chunks)
    return read.length
  }

  /**
   * What ends a reply that is whole: a finish reason is enough, since some servers close without
   * `[DONE]`. Nothing where none came, since the reply is cut then.
   */
  close(chunks: UIMessageChunk[]): void {
    if (this.#finishReason === undefined) return
    this.#tell(this.#tags.rest(), chunks)
    const details = this.#details.all
    const finishReason = toFinishReason(this.#finishReason)
    this.#closePart(chunks, this.#toolCalls.isEmpty ? details : undefined)
    this.#toolCalls.close(chunks, isCut(finishReason), details)
    const messageMetadata = {
      ...(this.#model !== undefined && { model: this.#model }),
      ...(this.#usage && { usage: toTokenUsage(this.#usage) }),
    }
    chunks.push({ type: 'finish-step' }, { type: 'finish', finishReason, messageMetadata })
  }

  #mapEvent(event: CompletionEvent, chunks: UIMessageChunk[]): void {
    if (event.error) throw errorOfEvent(event.error, this.#secrets)
    if (!this.#begun) {
      this.#begun = true
      chunks.push({ type: 'start' }, { type: 'start-step' })
    }
    if (typeof event.model === 'string' && event.model !== '') this.#model = event.model
    const choice = choiceOf(event)
    const usage = event.usage ?? choice?.usage
    if (usage) this.#usage = usage
    if (choice?.delta) this.#mapDelta(choice.delta, chunks)
    this.#citations.map(event, choice, chunks)
    // Some servers say “” until there is one.
    if (!choice?.finish_reason) return
    this.#finishReason = choice.finish_reason
    if (isFailure(choice.finish_reason)) throw gaveUp()
  }

  #mapDelta(delta: Delta, chunks: UIMessageChunk[]): void {
    if (delta.reasoning_details) this.#details.add(delta.reasoning_details)
    const thought = thoughtOfContent(delta.content)
    if (delta.reasoning_content) this.#grow('reasoning', delta.reasoning_content, chunks)
    else if (delta.reasoning) this.#grow('reasoning', delta.reasoning, chunks, 'reasoning')
    else if (thought) this.#grow('reasoning', thought, chunks, 'thinking')
    const text = textOfContent(delta.content) || delta.refusal
    if (text) this.#tell(this.#tags.split(text), chunks)
    if (delta.tool_calls) for (const call of delta.tool_calls) this.#mapToolCall(call, chunks)
  }

  #tell({ thought, said }: ReturnType<ThinkTags['split']>, chunks: UIMessageChunk[]): void {
    if (thought) this.#grow('reasoning', thought, chunks, '<think>')
    if (said) this.#grow('text', said, chunks)
  }

  #grow(
    kind: 'text' | 'reasoning',
    delta: string,
    chunks: UIMessageChunk[],
    field?: ReasoningField,
  ): void {
    if (this.#open !== kind) {
      this.#closePart(chunks)
      this.#open = kind
      this.#partId = String(++this.#partCount)
      const provided = kind === 'reasoning' && {
        providerMetadata: metadataOf(this.#author, field && { field }),
      }
      chunks.push({ type: `${kind}-start`, id: this.#partId, ...provided })
    }
    const last = chunks.at(-1)
    // What one read brought is one chunk: it reaches the reader at the same moment either way.
    if (last?.type === 'text-delta' || last?.type === 'reasoning-delta') last.delta += delta
    else chunks.push({ type: `${kind}-delta`, id: this.#partId, delta })
  }

  #closePart(chunks: UIMessageChunk[], details?: readonly ReasoningDetail[]): void {
    if (this.#open === undefined) return
    const provided = details && {
      providerMetadata: metadataOf(this.#author, { reasoning_details: details }),
    }
    chunks.push({ type: `${this.#open}-end`, id: this.#partId, ...provided })
    this.#open = undefined
  }

  #mapToolCall(delta: ToolCallDelta, chunks: UIMessageChunk[]): void {
    if (this.#toolCalls.begins(delta)) {
      this.#tell(this.#tags.rest(), chunks)
      this.#closePart(chunks)
    }
    this.#toolCalls.map(delta, chunks)
  }
}

/** The text of an event that says nothing else. */
function textOf(event: CompletionEvent): string | undefined {
  const { choices, usage, error } = event
  const choice = choiceOf(event)
  if (choice?.delta == null || choices?.length !== 1) return undefined
  const { content, ...others } = choice.delta
  const isAlone = Object.entries(others).every(([name, value]) => !value || name === 'role')
  const isPlain =
    usage == null && choice.usage == null && !error && !choice.finish_reason && isAlone
  return isPlain && typeof content === 'string' ? content : undefined
}
