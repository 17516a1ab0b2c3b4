import type { TextPart } from './message-part.ts'
import {
  finishReasons,
  type ChunkFields,
  type SteeringPart,
  type UIMessageChunk,
} from './ui-message-chunk.ts'

// By hand, since it runs once per token. It knows all that the schema of a stored message holds a
// part to: what passes here can be read again when it is stored.

type Fields = Readonly<Record<string, unknown>>
/** @param fields those beside it */
type Accepts = (value: unknown, fields: Fields) => boolean
interface Check {
  readonly name: string
  readonly accepts: Accepts
}
type ChecksOf = (type: unknown) => readonly Check[] | undefined

const isString: Accepts = (value) => typeof value === 'string'
const isBoolean: Accepts = (value) => typeof value === 'boolean'
const isList: Accepts = (value) => Array.isArray(value)
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isAnything: Accepts = () => true
const isDefined: Accepts = (value) => value !== undefined

function optional(accepts: Accepts): Accepts {
  return (value, fields) => value === undefined || accepts(value, fields)
}

function oneOf(values: readonly string[]): Accepts {
  return (value) => values.includes(value as string)
}

const optionalString = optional(isString)
const optionalBoolean = optional(isBoolean)
const optionalObject = optional(isObject)
/** Null is no value for what may be left out, though any other is. */
const optionalValue: Accepts = (value) => value !== null

const provided = { providerMetadata: optionalObject }
const inText = { id: isString, ...provided }
const ofTool = {
  providerExecuted: optionalBoolean,
  toolMetadata: optionalObject,
  dynamic: optionalBoolean,
  ...provided,
}
/** The part of a call is named after its tool, unless that is dynamic. */
const toolName: Accepts = (name, { dynamic }) =>
  typeof name === 'string' && (name !== '' || dynamic === true)
const toolCall = { toolCallId: isString, toolName, title: optionalString, ...ofTool }
const file = { url: isString, mediaType: isString, ...provided }
const namedFile = {
  ...file,
  filename: optionalString,
  providerReference: optional(
    (value) => isObject(value) && Object.values(value).every((id) => typeof id === 'string'),
  ),
}

type Accepting<Named> = { readonly [Name in keyof Named]-?: Accepts }
type FieldsOf<Type> = Omit<Extract<SteeringPart, { type: Type }>, 'type'>

const steeringPartChecks = byType({
  text: {
    text: isString,
    state: optional(oneOf(['streaming', 'done'] satisfies TextPart['state'][])),
    citations: optional(isList),
    ...provided,
  },
  file: namedFile,
} satisfies { [Type in SteeringPart['type']]: Accepting<FieldsOf<Type>> })

const steeringPartChecksOf: ChecksOf = (type) => steeringPartChecks.get(type)

const chunkChecks = byType({
  start: { messageId: optionalString, messageMetadata: optionalValue },
  finish: { finishReason: optional(oneOf(finishReasons)), messageMetadata: optionalValue },
  abort: { reason: optionalString },
  error: { errorText: isString },
  'message-metadata': { messageMetadata: isAnything },
  'start-step': {},
  'finish-step': {},
  'reset-step': {},
  'text-start': inText,
  'text-delta': { delta: isString, ...inText },
  'text-end': { citations: optional(isList), ...inText },
  'reasoning-start': inText,
  'reasoning-delta': { delta: isString, ...inText },
  'reasoning-end': inText,
  'tool-input-start': { inputEncoding: optional(oneOf(['json', 'text'])), ...toolCall },
  'tool-input-delta': { toolCallId: isString, inputTextDelta: isString },
  'tool-input-available': { input: isAnything, ...toolCall },
  'tool-input-error': { input: isAnything, errorText: isString, ...toolCall },
  'tool-output-available': {
    toolCallId: isString,
    output: isAnything,
    preliminary: optionalBoolean,
    ...ofTool,
  },
  'tool-output-error': { toolCallId: isString, errorText: isString, ...ofTool },
  'tool-output-denied': { toolCallId: isString },
  'tool-approval-request': {
    approvalId: isString,
    toolCallId: isString,
    approvalDescriptor: optionalValue,
    inputSchemaInput: optionalValue,
    reason: optionalString,
    isAutomatic: optionalBoolean,
    signature: optionalString,
  },
  'tool-approval-response': {
    approvalId: isString,
    approved: isBoolean,
    reason: optionalString,
    providerExecuted: optionalBoolean,
    ...provided,
  },
  'source-url': { sourceId: isString, url: isString, title: optionalString, ...provided },
  'source-document': {
    sourceId: isString,
    mediaType: isString,
    title: isString,
    filename: optionalString,
    ...provided,
  },
  file: namedFile,
  'reasoning-file': file,
  custom: { kind: isString, ...provided },
  'steering-message': {
    id: isString,
    parts: (parts) =>
      Array.isArray(parts) && parts.every((part) => passes(part, steeringPartChecksOf)),
  },
} satisfies { [Type in keyof ChunkFields]: Accepting<ChunkFields[Type]> })

const dataChecks = checksFor({
  id: optionalString,
  data: isDefined,
  transient: optionalBoolean,
})

const dataPrefix = 'data-'

const chunkChecksOf: ChecksOf = (type) =>
  chunkChecks.get(type) ??
  (typeof type === 'string' && type.startsWith(dataPrefix) && type !== dataPrefix
    ? dataChecks
    : undefined)

/** Whether a value is a chunk: its type is known, and its fields are what the type says. */
export function isUIMessageChunk(value: unknown): value is UIMessageChunk {
  return passes(value, chunkChecksOf)
}

/**
 * Another server's JSON as a chunk. Null in a field that may be left out counts as left out: many
 * servers write what they have no value for like that.
 * @returns undefined where it is none
 */
export function toUIMessageChunk(value: unknown): UIMessageChunk | undefined {
  if (isUIMessageChunk(value)) return value
  const mended = withoutNulls(value, chunkChecksOf)
  return isUIMessageChunk(mended) ? mended : undefined
}

function passes(value: unknown, checksOf: ChecksOf): boolean {
  if (!isObject(value)) return false
  const checks = checksOf(value['type'])
  if (checks === undefined) return false
  for (const { name, accepts } of checks) if (!accepts(value[name], value)) return false
  return true
}

function withoutNulls(value: unknown, checksOf: ChecksOf): unknown {
  if (!isObject(value)) return value
  const mended: Record<string, unknown> = { ...value }
  for (const { name, accepts } of checksOf(value['type']) ?? [])
    if (mended[name] === null && !accepts(null, value)) delete mended[name]
  const { type, parts } = mended
  if (type === 'steering-message' && Array.isArray(parts))
    mended['parts'] = parts.map((part) => withoutNulls(part, steeringPartChecksOf))
  return mended
}

function byType(types: Readonly<Record<string, Readonly<Record<string, Accepts>>>>) {
  return new Map<unknown, readonly Check[]>(
    Object.entries(types).map(([type, fields]) => [type, checksFor(fields)]),
  )
}

function checksFor(fields: Readonly<Record<string, Accepts>>): readonly Check[] {
  return Object.entries(fields).map(([name, accepts]) => ({ name, accepts }))
}
