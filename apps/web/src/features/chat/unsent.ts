import type { MessagePart } from '@assistant-ui-proxy/contract'
import { storage } from '../../lib/storage.ts'

/** What the user said that no server has confirmed: it must outlive a reload. */
export interface Unsent {
  readonly id: string
  readonly parentId: string | null
  readonly parts: readonly MessagePart[]
}

/** At most one per thread, since a thread waits for its answer. */
export interface UnsentBox {
  read(threadId: string): Unsent | undefined
  write(threadId: string, unsent: Unsent | undefined): void
}

export const unsentBox: UnsentBox = {
  read(threadId) {
    try {
      return JSON.parse(storage.read(keyOf(threadId)) ?? 'null') ?? undefined
    } catch {
      return undefined
    }
  },
  write(threadId, unsent) {
    storage.write(keyOf(threadId), unsent && JSON.stringify(unsent))
  },
}

function keyOf(threadId: string): string {
  return `unsent:${threadId}`
}
