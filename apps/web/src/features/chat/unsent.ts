import { createProblem, type MessagePart } from '@assistant-ui-proxy/contract'
import { storage } from '../../lib/storage.ts'
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

export function storedUnsent(threadId: string): UnsentMessages {
  const key = `unsent:${threadId}`
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

/** Adds what could not be sent before a reload, with a way to send it now; what arrived is forgotten. */
export function showUnsent(tree: MessageTree, unsent: UnsentMessages): void {
  unsent.keepOnly(({ id }) => tree.get(id)?.isLocal !== false)
  for (const { id, parentId, parts } of unsent.all()) {
    if (tree.get(id) || (parentId !== null && !tree.get(parentId))) continue
    tree.add(newRow('user', parentId, { id, parts }))
    const problem = createProblem('server_unreachable', 'This message was not sent. Try again.')
    tree.add(newRow('assistant', id, { status: 'failed', problem }))
  }
}
