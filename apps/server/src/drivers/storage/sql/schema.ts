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
  /** The id that an app of Assistant Cloud's wire gave it. */
  external_id: string | null
  metadata: string | null
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
  /** Of a reply that was ended in its writer's stead: where that had come to, as JSON. */
  interrupted: string | null
  external_id: string | null
  /** Of `content`; null: the message is what its parts say. */
  format: string | null
  /** As a client of Assistant Cloud's wire wrote it. */
  content: string | null
  /** Null: never changed. */
  updated_at: string | null
  /** Whether a client has told of it too, after this server stored it by itself. */
  is_reported: Generated<number>
}

interface ReplyGrowthTable {
  /** Order of growth. */
  sequence: Generated<number>
  message_sequence: number
  /** How many chunks of the run are stored before these. */
  position: number
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

interface SecretTable {
  name: string
  /** Base64url. */
  value: string
}

interface AnonymousSessionTable extends Owned {
  token_hash: string
  expires_at: string
}

interface ApiKeyTable {
  id: string
  name: string
  secret_hash: string
  created_at: string
  revoked_at: string | null
}

interface FileTable extends Owned {
  id: string
  filename: string
  created_at: string
  /** These two are null until the bytes are there. */
  media_type: string | null
  size: number | null
}

/** What clients tell of threads, messages and runs. */
interface ReportTable extends Owned {
  /** Order of arrival. */
  sequence: Generated<number>
  id: string
  kind: string
  thread_id: string | null
  message_id: string | null
  /** As JSON. */
  body: string
  created_at: string
}

export interface Schema {
  threads: ThreadTable
  messages: MessageTable
  reply_growth: ReplyGrowthTable
  leases: LeaseTable
  search_documents: SearchDocumentTable
  secrets: SecretTable
  anonymous_sessions: AnonymousSessionTable
  api_keys: ApiKeyTable
  reports: ReportTable
  files: FileTable
}
