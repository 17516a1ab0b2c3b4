import {
  type Message,
  type MessagePart,
  type Problem,
  type Thread,
} from '@assistant-ui-proxy/contract'
import type { Insertable, Selectable } from 'kysely'
import type { Owner } from '../../../identity/owner.ts'
import { columnsOf } from './owner-columns.ts'
import type { MessageTable, ThreadTable } from './schema.ts'

export const threadColumns = [
  'id',
  'title',
  'is_archived',
  'created_at',
  'updated_at',
  'last_message_at',
] as const satisfies (keyof ThreadTable)[]

export const messageColumns = [
  'id',
  'parent_id',
  'role',
  'parts',
  'status',
  'error',
  'metadata',
  'created_at',
] as const satisfies (keyof MessageTable)[]

export type ThreadRow = Pick<Selectable<ThreadTable>, (typeof threadColumns)[number]>
export type MessageRow = Pick<Selectable<MessageTable>, (typeof messageColumns)[number]>

export function threadOfRow(row: ThreadRow): Thread {
  return { ...row, is_archived: row.is_archived === 1 }
}

export function messageOfRow(row: MessageRow): Message {
  return {
    id: row.id,
    parent_id: row.parent_id,
    role: row.role as Message['role'],
    parts: JSON.parse(row.parts) as MessagePart[],
    status: row.status as Message['status'],
    error: row.error === null ? null : (JSON.parse(row.error) as Problem),
    metadata: row.metadata === null ? undefined : (JSON.parse(row.metadata) as unknown),
    created_at: row.created_at,
  }
}

export function rowOfMessage(
  owner: Owner,
  threadId: string,
  message: Message,
): Insertable<MessageTable> {
  return {
    ...columnsOf(owner),
    thread_id: threadId,
    id: message.id,
    parent_id: message.parent_id,
    role: message.role,
    parts: JSON.stringify(message.parts),
    status: message.status,
    error: jsonOrNull(message.error),
    metadata: jsonOrNull(message.metadata),
    created_at: message.created_at,
  }
}

export function jsonOrNull(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value)
}
