import { z } from 'zod'

// The parts of an AI SDK `UIMessage` (ai 7). Fields that are not named here are dropped.

const metadataSchema = z.record(z.string(), z.unknown())

const textPartSchema = z.object({
  type: z.literal('text'),
  text: z.string(),
  state: z.enum(['streaming', 'done']).optional(),
  citations: z.array(z.unknown()).optional(),
  providerMetadata: metadataSchema.optional(),
})

const reasoningPartSchema = z.object({
  type: z.literal('reasoning'),
  id: z.string().optional(),
  text: z.string(),
  state: z.enum(['streaming', 'done']).optional(),
  providerMetadata: metadataSchema.optional(),
})

const filePartSchema = z.object({
  type: z.literal('file'),
  url: z.string(),
  mediaType: z.string(),
  filename: z.string().optional(),
  providerReference: z.record(z.string(), z.string()).optional(),
  providerMetadata: metadataSchema.optional(),
})

const reasoningFilePartSchema = z.object({
  type: z.literal('reasoning-file'),
  url: z.string(),
  mediaType: z.string(),
  providerMetadata: metadataSchema.optional(),
})

const sourceUrlPartSchema = z.object({
  type: z.literal('source-url'),
  sourceId: z.string(),
  url: z.string(),
  title: z.string().optional(),
  providerMetadata: metadataSchema.optional(),
})

const sourceDocumentPartSchema = z.object({
  type: z.literal('source-document'),
  sourceId: z.string(),
  mediaType: z.string(),
  title: z.string(),
  filename: z.string().optional(),
  providerMetadata: metadataSchema.optional(),
})

const stepStartPartSchema = z.object({ type: z.literal('step-start') })

const customPartSchema = z.object({
  type: z.literal('custom'),
  kind: z.string(),
  providerMetadata: metadataSchema.optional(),
})

const steeringMessagePartSchema = z.object({
  type: z.literal('steering-message'),
  id: z.string(),
  parts: z.array(z.discriminatedUnion('type', [textPartSchema, filePartSchema])),
})

/** A tool call: `tool-<name>`, or `dynamic-tool` with the name beside it. */
const toolPartSchema = z.object({
  type: z.union([z.literal('dynamic-tool'), z.templateLiteral(['tool-', z.string().min(1)])]),
  toolName: z.string().optional(),
  toolCallId: z.string(),
  state: z.enum([
    'input-streaming',
    'input-available',
    'approval-requested',
    'approval-responded',
    'output-available',
    'output-error',
    'output-denied',
  ]),
  title: z.string().optional(),
  input: z.unknown().optional(),
  /** While the input streams: its text so far. */
  rawInput: z.unknown().optional(),
  inputEncoding: z.enum(['json', 'text']).optional(),
  output: z.unknown().optional(),
  errorText: z.string().optional(),
  preliminary: z.boolean().optional(),
  providerExecuted: z.boolean().optional(),
  approval: z.looseObject({ id: z.string(), approved: z.boolean().optional() }).optional(),
  toolMetadata: metadataSchema.optional(),
  callProviderMetadata: metadataSchema.optional(),
  resultProviderMetadata: metadataSchema.optional(),
})

const dataPartSchema = z.object({
  type: z.templateLiteral(['data-', z.string().min(1)]),
  id: z.string().optional(),
  data: z.unknown(),
})

const fixedPartSchemas = [
  textPartSchema,
  reasoningPartSchema,
  filePartSchema,
  reasoningFilePartSchema,
  sourceUrlPartSchema,
  sourceDocumentPartSchema,
  stepStartPartSchema,
  customPartSchema,
  steeringMessagePartSchema,
] as const

const fixedTypes = fixedPartSchemas.map(({ shape }) => shape.type.value).join(', ')

export const messagePartSchema = z
  .union([
    z.discriminatedUnion('type', fixedPartSchemas, {
      error: ({ code }) =>
        code === 'invalid_union'
          ? `must be one of ${fixedTypes}, dynamic-tool, tool-<name>, data-<name>`
          : undefined,
    }),
    toolPartSchema,
    dataPartSchema,
  ])
  .meta({ id: 'MessagePart' })

export type MessagePart = z.infer<typeof messagePartSchema>
export type TextPart = z.infer<typeof textPartSchema>
export type ReasoningPart = z.infer<typeof reasoningPartSchema>
export type ToolPart = z.infer<typeof toolPartSchema>

export function isToolPart(part: MessagePart): part is ToolPart {
  return part.type === 'dynamic-tool' || part.type.startsWith('tool-')
}

/** The name of the tool that a part calls, wherever it says it. */
export function toolNameOf({ type, toolName }: Pick<ToolPart, 'type' | 'toolName'>): string {
  return toolName ?? (type === 'dynamic-tool' ? type : type.slice('tool-'.length))
}

/** The text of a message: its text parts, joined. */
export function textOfParts(parts: readonly MessagePart[]): string {
  let text = ''
  for (const part of parts) if (part.type === 'text') text += part.text
  return text
}
