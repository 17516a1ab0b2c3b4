import type { MessagePart } from '@assistant-ui-proxy/contract'
import { storage } from '../../lib/storage.ts'

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
