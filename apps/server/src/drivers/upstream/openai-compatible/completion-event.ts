import { AppError } from '../../../app-error.ts'
import type { ReasoningDetail } from './reasoning-details.ts'
import type { Usage } from './token-usage.ts'

/** What of a chat completion's streamed event is read here. All of it may be missing. */
export interface CompletionEvent {
  readonly model?: unknown
  readonly error?: unknown
  readonly usage?: Usage | null
  readonly choices?: readonly Choice[] | null
  readonly citations?: unknown
  readonly search_results?: unknown
}

export interface Choice {
  readonly index?: number | null
  readonly delta?: Delta | null
  readonly finish_reason?: string | null
  /** Kimi counts here. */
  readonly usage?: Usage | null
}

export interface Delta {
  /** Some servers send parts of it in place of a string. */
  readonly content?: string | readonly ContentPart[] | null
  readonly refusal?: string | null
  /** DeepSeek and vLLM say `reasoning_content`, OpenRouter, Ollama and newer vLLM `reasoning`. */
  readonly reasoning?: string | null
  readonly reasoning_content?: string | null
  /** Of OpenRouter, beside `reasoning`. */
  readonly reasoning_details?: readonly ReasoningDetail[] | null
  readonly tool_calls?: readonly ToolCallDelta[] | null
  readonly annotations?: unknown
}

interface ContentPart {
  readonly type?: unknown
  readonly text?: unknown
  /** Of Mistral's models, what they think. */
  readonly thinking?: string | readonly ContentPart[] | null
}

export interface ToolCallDelta {
  readonly index?: number | null
  readonly id?: string | null
  readonly function?: { readonly name?: string | null; readonly arguments?: string | null } | null
  /** Gemini's signature of the thought behind it. */
  readonly extra_content?: unknown
}

/**
 * The event in a text, of whose fields those that are read are what they should be. By hand, since it
 * runs once per token.
 * @throws AppError `upstream_protocol`
 */
export function parseCompletionEvent(data: string): CompletionEvent {
  const event = parse(data)
  if (!isObject(event))
    throw new AppError('upstream_protocol', 'The model server sent an event that is no object.')
  listIn(event, 'choices').forEach(checkChoice)
  return event
}

/** The choice that is read; undefined where an event is about others, of which none was asked for. */
export function choiceOf({ choices }: CompletionEvent): Choice | undefined {
  return choices?.find(({ index }) => isMissing(index) || index === 0)
}

/** The text of content: of parts, that of those that are text. */
export function textOfContent(content: Delta['content']): string | null | undefined {
  if (typeof content !== 'object' || content === null) return content
  return content.map(({ type, text }) => (type === 'text' ? text : '')).join('')
}

/** What of content is not said, but thought. */
export function thoughtOfContent(content: Delta['content']): string {
  if (typeof content !== 'object' || content === null) return ''
  return content.map(({ thinking }) => (thinking ? textOfContent(thinking) : '')).join('')
}

type Fields = Readonly<Record<string, unknown>>

function checkChoice(choice: unknown): void {
  if (!isObject(choice)) throw malformed('choices')
  checkIndex(choice)
  checkString(choice, 'finish_reason')
  const delta = objectIn(choice, 'delta')
  if (delta !== undefined) checkDelta(delta)
}

function checkDelta(delta: Fields): void {
  checkContent(delta, 'content')
  checkString(delta, 'refusal')
  checkString(delta, 'reasoning')
  checkString(delta, 'reasoning_content')
  listIn(delta, 'reasoning_details').forEach(checkReasoningDetail)
  listIn(delta, 'tool_calls').forEach(checkToolCall)
}

function checkContent(fields: Fields, name: string): void {
  if (Array.isArray(fields[name])) fields[name].forEach(checkContentPart)
  else checkString(fields, name)
}

function checkContentPart(part: unknown): void {
  if (!isObject(part)) throw malformed('content')
  if (part['type'] === 'text' && typeof part['text'] !== 'string') throw malformed('content')
  checkContent(part, 'thinking')
}

function checkReasoningDetail(detail: unknown): void {
  if (!isObject(detail)) throw malformed('reasoning_details')
}

function checkToolCall(call: unknown): void {
  if (!isObject(call)) throw malformed('tool_calls')
  checkIndex(call)
  checkString(call, 'id')
  const called = objectIn(call, 'function')
  if (called === undefined) return
  checkString(called, 'name')
  checkString(called, 'arguments')
}

function checkIndex({ index }: Fields): void {
  if (!isMissing(index) && typeof index !== 'number') throw malformed('index')
}

function checkString(fields: Fields, name: string): void {
  const value = fields[name]
  if (!isMissing(value) && typeof value !== 'string') throw malformed(name)
}

function objectIn(fields: Fields, name: string): Fields | undefined {
  const value = fields[name]
  if (isMissing(value)) return undefined
  if (!isObject(value)) throw malformed(name)
  return value
}

function listIn(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name]
  if (isMissing(value)) return []
  if (!Array.isArray(value)) throw malformed(name)
  return value
}

function isMissing(value: unknown): value is null | undefined {
  return value === undefined || value === null
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function malformed(name: string): AppError {
  const detail = `The model server sent an event whose ${name} is not what it should be.`
  return new AppError('upstream_protocol', detail)
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch (cause) {
    throw new AppError('upstream_protocol', 'The model server sent an event that is not JSON.', {
      cause,
    })
  }
}
