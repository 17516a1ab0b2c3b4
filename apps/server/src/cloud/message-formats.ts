import { chatMessageSchema, type Message, type MessagePart } from '@assistant-ui-proxy/contract'
import { fromAuiV0, toAuiV0 } from './aui-v0.ts'
import type { CloudMessageRecord } from './cloud-store.ts'

/** A message as one of the formats of Assistant Cloud's clients writes it. */
export interface FormattedContent {
  readonly format: string
  readonly content: Record<string, unknown>
}

export type SaidContent = Pick<Message, 'role' | 'parts'>

/** What a message of this server is written as: the AI SDK's `UIMessage` without its id. */
const ownFormat = 'ai-sdk/v6'
const auiFormat = 'aui/v0'

/**
 * @param format undefined: as the message was written
 * @returns undefined where it cannot be told in that format
 */
export function contentIn(
  format: string | undefined,
  message: CloudMessageRecord,
): FormattedContent | undefined {
  const stored = storedContent(message)
  if (format === undefined || format === stored.format) return stored
  if (!isKnown(format) || !isKnown(stored.format)) return undefined
  // What AI SDK 5 wrote, 6 reads, and the other way round.
  if (isAiSdk(format) && isAiSdk(stored.format)) return { ...stored, format }
  const content = isAiSdk(format)
    ? fromAuiV0(stored.content)
    : toAuiV0(message, stored.content['metadata'])
  return content && { format, content }
}

/** What a message says, in the form in which this server reads all of them. */
export function readContent(format: string, content: Record<string, unknown>): SaidContent {
  const said = format === auiFormat ? (fromAuiV0(content) ?? content) : content
  const role = chatMessageSchema.safeParse({ role: said['role'], content: 'x' }).data?.role
  const parts = Array.isArray(said['parts']) ? said['parts'].flatMap(readPart) : []
  return { role: role ?? 'assistant', parts }
}

/** The format of content that came without one: a change of a message that was read in another. */
export function formatOf(content: Record<string, unknown>, storedFormat: string | null): string {
  const stored = storedFormat ?? ownFormat
  if (!isKnown(stored)) return stored
  if (Array.isArray(content['parts'])) return isAiSdk(stored) ? stored : ownFormat
  return Array.isArray(content['content']) ? auiFormat : stored
}

function storedContent({ format, content, role, parts, metadata }: CloudMessageRecord) {
  if (format !== null) return { format, content: content as Record<string, unknown> }
  const hasMetadata = metadata !== undefined && metadata !== null
  return { format: ownFormat, content: { role, parts, ...(hasMetadata && { metadata }) } }
}

/** What a newer client wrote and this server cannot read is kept, but not shown. */
function readPart(part: unknown): MessagePart[] {
  return chatMessageSchema.safeParse({ role: 'assistant', parts: [part] }).data?.parts ?? []
}

function isKnown(format: string): boolean {
  return format === auiFormat || isAiSdk(format)
}

function isAiSdk(format: string): boolean {
  return format === 'ai-sdk/v5' || format === ownFormat
}
