import { randomUUID } from 'node:crypto'
import { textOfParts, type ChatMessage, type Message } from '@assistant-ui-proxy/contract'

/** A request laid on the stored tree. */
export interface PlacedBranch {
  /** Messages that the tree lacks, parents first. */
  readonly added: readonly Message[]
  /** The message that the reply answers. */
  readonly leafId: string
}

/**
 * Finds the place of a request's messages in a thread's tree.
 *
 * A message is the stored one where its id is, or, without an id, where it says the same under the same
 * parent. So is a question under an id that is not stored: a client of `/v1` tells there of one that was
 * refused here, and goes on with its own id for it. Of the last one this holds only where nothing follows
 * the stored one, since asked anew it is another. The last one is what the user says now: if it has a
 * stored id but says something else, it is an edit and becomes a sibling with an id of its own, since
 * nothing is overwritten.
 * @param stored the messages of the thread that may be meant
 * @param parentId what the first message follows; null for the root
 */
export function placeBranch(
  stored: readonly Message[],
  messages: readonly ChatMessage[],
  parentId: string | null,
): PlacedBranch {
  const byId = new Map(stored.map((message) => [message.id, message]))
  const followed = new Set(stored.map((message) => message.parent_id))
  const added: Message[] = []
  let parent = parentId
  for (const [index, message] of messages.entries()) {
    const isLast = index === messages.length - 1
    const mayBe = ({ id }: Message) =>
      message.id === undefined || (message.role === 'user' && !(isLast && followed.has(id)))
    const known = byId.get(message.id ?? '') ?? findAlike(stored.filter(mayBe), message, parent)
    const isEdit = known !== undefined && isLast && !saysTheSame(known, message)
    if (known === undefined || isEdit) {
      const row = createMessage(isEdit ? { ...message, id: undefined } : message, parent)
      added.push(row)
      parent = row.id
    } else {
      parent = known.id
    }
  }
  if (parent === null) throw new RangeError('a request has at least one message')
  return { added, leafId: parent }
}

/** The row of a reply that is about to come. */
export function createReply(parentId: string): Message {
  return { ...createMessage({ role: 'assistant', parts: [] }, parentId), status: 'streaming' }
}

function createMessage(message: ChatMessage, parentId: string | null): Message {
  return {
    id: message.id ?? randomUUID(),
    parent_id: parentId,
    role: message.role,
    parts: message.parts,
    status: 'complete',
    error: null,
    metadata: message.metadata,
    created_at: new Date().toISOString(),
  }
}

function findAlike(
  stored: readonly Message[],
  message: ChatMessage,
  parentId: string | null,
): Message | undefined {
  return stored.find(
    (candidate) => candidate.parent_id === parentId && saysTheSame(candidate, message),
  )
}

/** Replies are compared by their text: clients keep their parts in forms of their own. */
function saysTheSame(stored: Message, message: ChatMessage): boolean {
  if (stored.role !== message.role) return false
  return message.role === 'user'
    ? JSON.stringify(stored.parts) === JSON.stringify(message.parts)
    : textOfParts(stored.parts) === textOfParts(message.parts)
}
