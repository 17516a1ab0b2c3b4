import { randomUUID } from 'node:crypto'
import type {
  CloudEvents,
  CloudFeedback,
  CloudReportListQuery,
  CloudRunReport,
  CloudScore,
  NewCloudFeedback,
  NewCloudScore,
} from '@assistant-ui-proxy/contract'
import { AppError, messageNotFound } from '../app-error.ts'
import type { Owner } from '../identity/owner.ts'
import type { CloudStore, Report } from './cloud-store.ts'
import { reportToWire } from './cloud-wire.ts'

/** What clients tell of runs, messages and what people do on the page. */
export class ReportService {
  readonly #store: CloudStore

  constructor(store: CloudStore) {
    this.#store = store
  }

  /** @returns its id @throws AppError `thread_not_found` */
  addRun(owner: Owner, run: CloudRunReport): Promise<string> {
    return this.#add('run', owner, run.thread_id, run.message_id, run)
  }

  /** @throws AppError `thread_not_found`, and `invalid_request` where the value is of another type */
  async addScore(owner: Owner, score: NewCloudScore): Promise<CloudScore> {
    const { name, data_type, thread_id, message_id } = score
    const value = typeof score.value === 'boolean' ? Number(score.value) : (score.value ?? null)
    const string_value = score.string_value ?? null
    if (data_type === 'categorical' ? string_value === null : value === null)
      throw new AppError(
        'invalid_request',
        `A ${data_type} score needs ${data_type === 'categorical' ? 'string_value' : 'value'}.`,
      )
    const score_id = await this.#add('score', owner, thread_id, message_id, score)
    return { score_id, name, data_type, value, string_value }
  }

  /** @throws AppError `message_not_found` */
  async addFeedback(
    owner: Owner,
    threadId: string,
    messageId: string,
    feedback: NewCloudFeedback,
  ): Promise<CloudFeedback> {
    const [message] = await this.#store.messages.get(owner, threadId, [messageId])
    if (message === undefined) throw messageNotFound(messageId)
    const feedback_id = await this.#add('feedback', owner, threadId, messageId, feedback)
    return { feedback_id, type: feedback.type, comment: feedback.comment ?? null }
  }

  async addEvents(owner: Owner, { events }: CloudEvents): Promise<void> {
    const created_at = new Date().toISOString()
    const reports = events.map((event): Report => ({
      id: randomUUID(),
      kind: 'event',
      owner,
      thread_id: event.thread_id ?? null,
      message_id: event.message_id ?? null,
      body: event,
      created_at,
    }))
    await this.#store.reports.add(reports)
  }

  async list({ kind, thread_id, limit, after }: CloudReportListQuery) {
    const reports = await this.#store.reports.list({ kind, thread_id, limit, after })
    return reports.map(reportToWire)
  }

  async #add(
    kind: Report['kind'],
    owner: Owner,
    threadId: string | undefined,
    messageId: string | undefined,
    body: unknown,
  ): Promise<string> {
    const id = randomUUID()
    const target = { thread_id: threadId ?? null, message_id: messageId ?? null }
    const created_at = new Date().toISOString()
    await this.#store.reports.add([{ id, kind, owner, ...target, body, created_at }])
    return id
  }
}
