import type { Tools, UIMessageChunk } from '@assistant-ui-proxy/contract'
import type { ToolCallDelta } from './completion-event.ts'
import { metadataOf } from './provider-metadata.ts'
import type { ReasoningDetail } from './reasoning-details.ts'

interface ToolCall {
  /** As the server says it; empty where it says none. */
  readonly id: string
  /** What every chunk of the call begins with. */
  readonly head: { readonly toolCallId: string; readonly toolName: string; readonly dynamic?: true }
  arguments: string
  /** What the server wants back with it. */
  extraContent: unknown
}

/** What calls are to be seen in. */
export interface CallContext {
  /** Those that the request declared; the AI SDK calls others dynamic. */
  readonly tools: Tools
  /** Those that the conversation's tool calls have. */
  readonly takenIds: Iterable<string>
  /** As `nameAuthor` says it. */
  readonly author: string
}

/** The calls of one completion, as they grow. */
export class ToolCallDeltas {
  readonly #tools: Tools
  readonly #takenIds: Set<string>
  readonly #author: string
  readonly #calls: ToolCall[] = []
  readonly #callAt = new Map<number, ToolCall>()

  constructor({ tools, takenIds, author }: CallContext) {
    this.#tools = tools
    this.#takenIds = new Set(takenIds)
    this.#author = author
  }

  get isEmpty(): boolean {
    return this.#calls.length === 0
  }

  /** Whether a call begins, rather than goes on. */
  begins(delta: ToolCallDelta): boolean {
    return this.#callOf(delta) === undefined
  }

  map(delta: ToolCallDelta, chunks: UIMessageChunk[]): void {
    const call = this.#callOf(delta) ?? this.#begin(delta, chunks)
    call.extraContent ??= delta.extra_content ?? undefined
    const inputTextDelta = delta.function?.arguments
    if (!inputTextDelta) return
    call.arguments += inputTextDelta
    chunks.push({ type: 'tool-input-delta', toolCallId: call.head.toolCallId, inputTextDelta })
  }

  /**
   * @param isCut whether the last may be without its arguments, rather than have none
   * @param details what the server wants back with the calls
   */
  close(chunks: UIMessageChunk[], isCut: boolean, details?: readonly ReasoningDetail[]): void {
    const [first] = this.#calls
    const last = this.#calls.at(-1)
    for (const call of this.#calls) {
      const chunk = inputChunk(call, isCut && call === last)
      const providerMetadata = this.#metadataOf(call, call === first ? details : undefined)
      chunks.push({ ...chunk, ...(providerMetadata && { providerMetadata }) })
    }
  }

  #metadataOf({ extraContent }: ToolCall, details: readonly ReasoningDetail[] | undefined) {
    if (extraContent === undefined && details === undefined) return undefined
    return metadataOf(this.#author, { extra_content: extraContent, reasoning_details: details })
  }

  /** @returns undefined where another begins */
  #callOf(delta: ToolCallDelta): ToolCall | undefined {
    const { index } = delta
    const isNamed = !!delta.function?.name
    // Some servers send calls without an index, most of them whole.
    if (typeof index !== 'number') return isNamed || delta.id ? undefined : this.#calls.at(-1)
    const call = this.#callAt.get(index)
    if (call === undefined || !isNamed) return call
    // Some count every call as the first; others have a new id in each delta, but the name in one only.
    const hasOtherId = !!delta.id && delta.id !== call.id
    const hasMore = !delta.id && !!delta.function?.arguments
    return hasOtherId || (hasMore && isWhole(call)) ? undefined : call
  }

  #begin(delta: ToolCallDelta, chunks: UIMessageChunk[]): ToolCall {
    const index = delta.index ?? this.#calls.length
    const id = delta.id ?? ''
    const toolName = delta.function?.name ?? ''
    const isDeclared = Object.hasOwn(this.#tools, toolName)
    const toolCallId = this.#free(id || `call_${index}`)
    const head = { toolCallId, toolName, ...(!isDeclared && { dynamic: true as const }) }
    const call: ToolCall = { id, head, arguments: '', extraContent: undefined }
    this.#calls.push(call)
    this.#callAt.set(index, call)
    chunks.push({ type: 'tool-input-start', ...head })
    return call
  }

  /** Two calls under one id would be one: the name of the first with the arguments of the second. */
  #free(id: string): string {
    let free = id
    for (let count = this.#takenIds.size; this.#takenIds.has(free); count++) free = `${id}_${count}`
    this.#takenIds.add(free)
    return free
  }
}

/** Whether its arguments have come to their end. */
function isWhole({ arguments: text }: ToolCall): boolean {
  if (!text.trimEnd().endsWith('}')) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The whole call; arguments that are no JSON are shown as what went wrong with it. */
function inputChunk({ head, arguments: text }: ToolCall, isCut: boolean): UIMessageChunk {
  const empty = isCut ? '' : '{}'
  try {
    return { type: 'tool-input-available', ...head, input: JSON.parse(text || empty) as unknown }
  } catch {
    const errorText = 'The model wrote arguments that are not JSON.'
    return { type: 'tool-input-error', ...head, input: text, errorText }
  }
}
