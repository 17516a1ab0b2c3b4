import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { idSchema, type MessagePart } from '@assistant-ui-proxy/contract'
import { z } from 'zod'
import { AppError } from '../app-error.ts'
import type { ArchivedMessage, ArchivedThread } from './archive-record.ts'

// As the export of ChatGPT writes it; what is not named here is left aside.

/** Until the year 9999: later years have no ISO 8601 of four digits. */
const seconds = z.number().min(0).max(253_402_300_799).nullish()

const nodeSchema = z.object({
  parent: z.string().nullish(),
  message: z
    .object({
      author: z.object({ role: z.string() }),
      create_time: seconds,
      content: z.looseObject({
        content_type: z.string(),
        parts: z.array(z.unknown()).optional(),
        text: z.string().optional(),
      }),
      metadata: z
        .looseObject({ is_visually_hidden_from_conversation: z.boolean().optional() })
        .nullish(),
    })
    .nullish(),
})

const conversationSchema = z.object({
  id: z.string().optional(),
  conversation_id: z.string().optional(),
  title: z.string().nullish(),
  create_time: seconds,
  update_time: seconds,
  is_archived: z.boolean().nullish(),
  /** Its nodes are looked at one by one: there may be very many. */
  mapping: z.custom<object>(
    (value) => typeof value === 'object' && value !== null,
    'is no mapping',
  ),
})

type Conversation = z.output<typeof conversationSchema>

/** By the name that others call their parent: unlike the `id` in it, no two can have the same. */
type Node = z.output<typeof nodeSchema> & { readonly id: string }

/** More than anybody has said in one; and so many are put in order in one go. */
const maxNodes = 100_000
/** Looked at in one go: others have their turns in between. */
const nodesPerTurn = 200

/**
 * A conversation with all its branches. What is neither a question nor an answer in words (tools, images,
 * hidden instructions) is left out, and what followed it follows what it followed.
 * @param index of it in its list
 * @throws AppError `invalid_request`
 */
export async function readConversation(
  conversation: unknown,
  index: number,
): Promise<{ thread: ArchivedThread; messages: ArchivedMessage[] }> {
  const read = readAs(conversationSchema, conversation, [index])
  const entries = Object.entries(read.mapping)
  if (entries.length > maxNodes)
    throw notValid(`${index}.mapping: has more than ${maxNodes} messages`)
  const nodes: Node[] = []
  for (const [id, node] of entries) {
    nodes.push({ ...readAs(nodeSchema, node, [index, 'mapping', id]), id })
    if (nodes.length % nodesPerTurn === 0) await setImmediate()
  }
  const thread = threadOf(read)
  return { thread, messages: messagesOf(thread.id, nodes, thread.created_at) }
}

/** @param path of the value in the list of conversations */
function readAs<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  path: readonly PropertyKey[],
): z.output<Schema> {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw notValid(`${[...path, ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? ''}`)
}

function threadOf(conversation: Conversation): ArchivedThread {
  const { title, create_time, update_time, is_archived } = conversation
  const created_at = timeOf(create_time)
  return {
    type: 'thread',
    id: idOf(conversation.conversation_id ?? conversation.id),
    title: title?.replaceAll('\0', '').slice(0, 255) || null,
    is_archived: is_archived ?? false,
    created_at,
    updated_at: timeOf(update_time, created_at),
    last_message_at: timeOf(update_time, created_at),
    external_id: null,
    metadata: undefined,
  }
}

function messagesOf(
  threadId: string,
  nodes: readonly Node[],
  threadTime: string,
): ArchivedMessage[] {
  const messages: ArchivedMessage[] = []
  /** Ours of each node, also of one that is left out: then that of the message before it. */
  const ids = new Map<string, string | null>()
  for (const node of parentsFirst(nodes)) {
    const parentId = (node.parent && ids.get(node.parent)) ?? null
    const parts = partsOf(node)
    const role = node.message?.author.role
    if (parts.length === 0 || (role !== 'user' && role !== 'assistant')) {
      ids.set(node.id, parentId)
      continue
    }
    const id = idOf(node.id)
    ids.set(node.id, id)
    messages.push({
      type: 'message',
      thread_id: threadId,
      id,
      parent_id: parentId,
      role,
      parts,
      status: 'complete',
      error: null,
      metadata: undefined,
      created_at: timeOf(node.message?.create_time, threadTime),
      updated_at: null,
      external_id: null,
      format: null,
      content: null,
      is_reported: false,
    })
  }
  return messages
}

/** A node whose parent is missing, or that leads back to itself, is not reached. */
function parentsFirst(nodes: readonly Node[]): Node[] {
  const children = Map.groupBy(nodes, ({ parent }) => parent || null)
  const ordered = [...(children.get(null) ?? [])]
  for (const { id } of ordered) for (const child of children.get(id) ?? []) ordered.push(child)
  return ordered
}

function partsOf({ message }: Node): MessagePart[] {
  if (!message || message.metadata?.is_visually_hidden_from_conversation === true) return []
  const { content_type, parts = [], text } = message.content
  const words = content_type === 'code' ? [`\`\`\`\n${text ?? ''}\n\`\`\``] : parts
  return words
    .filter((part) => typeof part === 'string' && part.trim() !== '')
    .map((part) => ({ type: 'text', text: String(part) }))
}

function idOf(id: string | undefined): string {
  return idSchema.safeParse(id).data ?? randomUUID()
}

function timeOf(secondsSinceEpoch: number | null | undefined, otherwise?: string): string {
  if (secondsSinceEpoch === null || secondsSinceEpoch === undefined)
    return otherwise ?? new Date().toISOString()
  return new Date(secondsSinceEpoch * 1_000).toISOString()
}

export function notValid(why: string): AppError {
  return new AppError(
    'invalid_request',
    `This is no conversations.json of ChatGPT (${why}). What came before it is taken.`,
  )
}
