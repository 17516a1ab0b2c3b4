import {
  fromThreadMessageLike,
  type ThreadMessage,
  type ThreadMessageLike,
} from '@assistant-ui/react'
import { textOfParts } from '@assistant-ui-proxy/contract'
import { convertPart } from './convert-part.ts'
import type { Row } from './message-tree.ts'

export interface RepositoryItem {
  readonly message: ThreadMessage
  readonly parentId: string | null
}

const converted = new WeakMap<Row, RepositoryItem>()

/** A row in assistant-ui's form. The same row gives the same object, so what shows it stays as it is. */
export function convertRow(row: Row): RepositoryItem {
  const known = converted.get(row)
  if (known) return known
  const item = { message: toThreadMessage(row), parentId: row.parentId }
  converted.set(row, item)
  return item
}

function toThreadMessage(row: Row): ThreadMessage {
  const { id, createdAt, role } = row
  const common = { id, createdAt, metadata: { custom: { problem: row.problem } } }
  const status = statusOf(row)
  switch (role) {
    case 'system': {
      const content = [{ type: 'text' as const, text: textOfParts(row.parts) }]
      return fromThreadMessageLike({ ...common, role, content }, id, status)
    }
    case 'user': {
      const content = contentOf(row).filter(isForUsers)
      return fromThreadMessageLike({ ...common, role, content }, id, status)
    }
    case 'assistant':
      return fromThreadMessageLike({ ...common, role, content: contentOf(row), status }, id, status)
  }
}

type Content = Exclude<ThreadMessageLike['content'], string>

function contentOf(row: Row): Content {
  return row.parts.flatMap((part) => convertPart(part) ?? [])
}

function isForUsers(part: Content[number]): boolean {
  return part.type === 'text' || part.type === 'file' || part.type === 'data'
}

type Status = NonNullable<ThreadMessageLike['status']>

function statusOf(row: Row): Status {
  switch (row.status) {
    case 'streaming':
      return { type: 'running' }
    case 'complete':
      return { type: 'complete', reason: 'stop' }
    case 'stopped':
      return { type: 'incomplete', reason: 'cancelled' }
    case 'failed':
      return { type: 'incomplete', reason: 'error', error: row.problem?.detail ?? '' }
  }
}
