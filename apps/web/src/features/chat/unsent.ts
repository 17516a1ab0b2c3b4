import type { MessagePart } from '@assistant-ui-proxy/contract'
import { storage } from '../../lib/storage.ts'

/** What the user said that no server has confirmed: it must outlive a reload. */
export interface Unsent {
  readonly id: string
  readonly parentId: string | null
  readonly parts: readonly MessagePart[]
}

/** Keeps, per thread, what is unsent, in the order in which it was said. */
export interface UnsentBox {
  read(threadId: string): readonly Unsent[]
  write(threadId: string, unsent: readonly Unsent[]): void
}

export const unsentBox: UnsentBox = {
  read(threadId) {
    try {
      const unsent: unknown = JSON.parse(storage.read(keyOf(threadId)) ?? '[]')
      return Array.isArray(unsent) ? (unsent as Unsent[]) : []
    } catch {
      return []
    }
  },
  write(threadId, unsent) {
    storage.write(keyOf(threadId), unsent.length > 0 ? JSON.stringify(unsent) : undefined)
  },
}

function keyOf(threadId: string): string {
  return `unsent:${threadId}`
}
