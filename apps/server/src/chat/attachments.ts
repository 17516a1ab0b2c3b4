import type { ChatMessage } from '@assistant-ui-proxy/contract'
import type { Owner } from '../identity/owner.ts'

/** The files that this server keeps. */
export interface Attachments {
  /**
   * The messages with the owner's files in them, where they had only their addresses here.
   * @throws AppError `payload_too_large` where the files are too much for one question
   */
  inline(owner: Owner, messages: readonly ChatMessage[]): Promise<readonly ChatMessage[]>
}
