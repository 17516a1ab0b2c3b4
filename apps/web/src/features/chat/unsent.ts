import { createProblem, textOfParts, type MessagePart } from '@assistant-ui-proxy/contract'
import { storage } from '../../lib/storage.ts'
import { deletedElsewhere } from './chat-source.ts'
import { newRow, type MessageTree } from './message-tree.ts'

/** What the user said that no server has confirmed: it must outlive a reload. */
export interface Unsent {
  readonly id: string
  readonly parentId: string | null
  readonly parts: readonly MessagePart[]
}

/** What is unsent in one thread, in the order in which it was said. */
export interface UnsentMessages {
  all(): readonly Unsent[]
  add(unsent: Unsent): void
  keepOnly(isKept: (unsent: Unsent) => boolean): void
}

const keyPrefix = 'unsent:'

/** A thread that so far is on this browser only: the message that begins it has not been sent. */
export interface UnsentThread {
  readonly id: string
  readonly text: string
}

export function unsentThreads(): UnsentThread[] {
  return storage.keys(keyPrefix).flatMap((key) => {
    const id = key.slice(keyPrefix.length)
    const unsent = storedUnsent(id).all()
    const first = unsent[0]
    const isNew = first !== undefined && unsent.every(({ parentId }) => parentId === null)
    return isNew ? [{ id, text: textOfParts([...first.parts]) }] : []
  })
}

export function storedUnsent(threadId: string): UnsentMessages {
  const key = keyPrefix + threadId
  const all = (): readonly Unsent[] => {
    try {
      const unsent: unknown = JSON.parse(storage.read(key) ?? '[]')
      return Array.isArray(unsent) ? (unsent as Unsent[]) : []
    } catch {
      return []
    }
  }
  const write = (unsent: readonly Unsent[]) =>
    storage.write(key, unsent.length > 0 ? JSON.stringify(unsent) : undefined)
  return {
    all,
    add: (unsent) => write([...all(), unsent]),
    keepOnly: (isKept) => write(all().filter(isKept)),
  }
}

/**
 * Adds what could not be sent before a reload, with a way to send it now; what arrived is forgotten.
 * What it followed may be gone, since the thread was deleted elsewhere: then it follows what is left.
 */
export function showUnsent(tree: MessageTree, unsent: UnsentMessages): void {
  unsent.keepOnly(({ id }) => tree.get(id)?.isLocal !== false)
  const isEmpty = tree.rows().every(({ isLocal }) => isLocal)
  for (const { id, parentId, parts } of unsent.all()) {
    if (tree.get(id)) continue
    const isPlaced = parentId === null || tree.get(parentId) !== undefined
    const place = isPlaced ? parentId : tree.knownAncestor(tree.headId)
    tree.add(newRow('user', place, { id, parts }))
    const problem = isEmpty && !isPlaced ? deleted : notSent
    tree.add(newRow('assistant', id, { status: 'failed', problem }))
  }
}

const notSent = createProblem('server_unreachable', 'This message was not sent. Try again.')

const deleted = deletedElsewhere(
  'Your message was not sent. Retry begins the conversation anew with it.',
)
