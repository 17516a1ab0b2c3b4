import { hash } from 'node:crypto'
import type { ChatRequest } from '@assistant-ui-proxy/contract'
import { AppError } from '../app-error.ts'
import type { RunClaim } from '../threads/thread-store.ts'

/** What a request is known by when it is sent again. */
export type RunName = Pick<RunClaim, 'name' | 'fingerprint'>

/** @param key `Idempotency-Key`; by default the id of the user's message names the request */
export function nameRun(request: ChatRequest, key: string | undefined): RunName {
  const name = key === undefined ? nameOfMessage(request) : `key ${key}`
  // What has no name is never asked for again.
  const fingerprint = name === undefined ? '' : hash('sha256', JSON.stringify(request), 'base64')
  return { name, fingerprint }
}

/** A message that is asked about again, or edited, is not the same request under the same id. */
function nameOfMessage({ trigger, messageId, messages }: ChatRequest): string | undefined {
  const last = messages.at(-1)
  const isRepeat = trigger === 'regenerate-message' || messageId !== undefined
  return isRepeat || last?.role !== 'user' || last.id === undefined
    ? undefined
    : `message ${last.id}`
}

/** @throws AppError `key_reused`, `run_in_progress` unless the request is the one that began the run */
export function assertSameRequest(
  { name, fingerprint }: RunName,
  run: RunName & { readonly runId: string | undefined },
): void {
  if (name === undefined || name !== run.name) throw runInProgress(run.runId)
  if (fingerprint !== run.fingerprint)
    throw new AppError(
      'key_reused',
      'This key, or message id, has been sent with another body. Send a new message under a new id.',
    )
}

/** What is asked for of a run that goes on is not there, or not any more. */
export function notFollowed(runId: string): AppError {
  const detail = 'The reply cannot be followed from there. Read the messages.'
  return new AppError('run_in_progress', detail, { run_id: runId })
}

export function runInProgress(runId: string | undefined): AppError {
  return new AppError(
    'run_in_progress',
    'A reply is being written in this thread. Wait for its end, or stop it first.',
    runId === undefined ? undefined : { run_id: runId },
  )
}
