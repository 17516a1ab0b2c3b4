import type { Generated } from 'kysely'

// Booleans are 0 and 1, times ISO 8601 text, parts JSON text: the same in SQLite and PostgreSQL.

interface Owned {
  workspace_id: string
  user_id: string
}

export interface ThreadTable extends Owned {
  id: string
  title: string | null
  is_archived: number
  created_at: string
  updated_at: string
  last_message_at: string
  is_title_indexed: Generated<number>
}

export interface MessageTable extends Owned {
  /** Order of insertion: parents come before children. */
  sequence: Generated<number>
  id: string
  thread_id: string
  parent_id: string | null
  role: string
  parts: string
  status: string
  error: string | null
  metadata: string | null
  created_at: string
  run_id: string | null
  /** Names the request that began the run. */
  run_name: string | null
  run_fingerprint: string | null
  /** The server that writes the reply. */
  server_id: string | null
  is_indexed: Generated<number>
}

interface ReplyGrowthTable {
  /** Order of growth. */
  sequence: Generated<number>
  message_sequence: number
  /** As JSON. */
  chunks: string
}

/** What can be found. Its words are in `search_words` (SQLite), or in `words` (PostgreSQL). */
interface SearchDocumentTable extends Owned {
  /** Order of indexing. */
  sequence: Generated<number>
  thread_id: string
  /** Null: the thread's title. */
  message_id: string | null
  words?: unknown
}

/** The servers that are alive. */
interface LeaseTable {
  server_id: string
  expires_at_ms: number
}

export interface Schema {
  threads: ThreadTable
  messages: MessageTable
  reply_growth: ReplyGrowthTable
  leases: LeaseTable
  search_documents: SearchDocumentTable
}
