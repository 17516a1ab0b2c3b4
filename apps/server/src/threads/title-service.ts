import { accumulate, emptyReply, textOfParts, type ChatMessage } from '@assistant-ui-proxy/contract'
import type { Logger } from 'pino'
import { threadNotFound } from '../app-error.ts'
import { titleInstruction, type Upstream } from '../chat/upstream.ts'
import type { Owner } from '../identity/owner.ts'
import type { ThreadStore } from './thread-store.ts'

const maxTitleLength = 80
/** A title needs no more of a message than this, in UTF-16 units. */
const maxQuotedLength = 2_000

/** Titles for threads, written by the upstream. */
export class TitleService {
  readonly #store: ThreadStore
  readonly #upstream: Upstream
  readonly #log: Logger

  constructor({ store, upstream, log }: { store: ThreadStore; upstream: Upstream; log: Logger }) {
    this.#store = store
    this.#upstream = upstream
    this.#log = log
  }

  /**
   * The thread's title. Where it has none, one is generated from what the user asked first and
   * stored, unless somebody names the thread meanwhile; null while nothing has been asked.
   * @param asked what the user asked first, where it is not stored yet
   * @throws AppError `thread_not_found`
   */
  async generate(
    owner: Owner,
    threadId: string,
    signal: AbortSignal,
    asked?: string,
  ): Promise<string | null> {
    const thread = await this.#store.getThread(owner, threadId)
    if (thread === undefined) throw threadNotFound(threadId)
    if (thread.title !== null) return thread.title
    const question = asked || (await this.#firstQuestion(owner, threadId))
    if (question === undefined) return null
    const title = (await this.#ask(question, signal)) || firstWords(question)
    if (title === '') return null
    const titled = await this.#store.titleIfUntitled(owner, threadId, title)
    if (titled === undefined) throw threadNotFound(threadId)
    return titled.title
  }

  async #firstQuestion(owner: Owner, threadId: string): Promise<string | undefined> {
    const messages = await this.#store.listMessages(owner, threadId)
    const question = messages.find(({ role }) => role === 'user')
    return question && textOfParts(question.parts)
  }

  /** @returns '' where the upstream gives none: a thread without a model's title is no failure */
  async #ask(question: string, signal: AbortSignal): Promise<string> {
    const messages: ChatMessage[] = [
      { role: 'system', parts: [{ type: 'text', text: titleInstruction }] },
      {
        role: 'user',
        parts: [{ type: 'text', text: question.slice(0, maxQuotedLength) }],
      },
    ]
    let reply = emptyReply
    try {
      await this.#upstream.stream(
        { messages },
        (batch) => void (reply = accumulate(reply, batch)),
        signal,
      )
    } catch (error) {
      this.#log.warn({ err: error }, 'the upstream gave no title')
      return ''
    }
    return reply.status === 'complete' ? cleanTitle(textOfParts(reply.parts)) : ''
  }
}

/** One line without the decoration that models like to add. */
function cleanTitle(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? ''
  const bare = line.replace(/^["'“«*#\s]*(?:title:["'“«*\s]*)?|["'”»*\s.]+$/gi, '')
  return shorten(bare)
}

function firstWords(text: string): string {
  return shorten(text.replace(/\s+/g, ' ').trim())
}

function shorten(text: string): string {
  if (text.length <= maxTitleLength) return text
  const cut = text.slice(0, maxTitleLength - 1)
  return `${cut.replace(/\s+\S*$/, '')}…`
}
