import {
  createAssistantCloudClient,
  ProblemError,
  type AssistantCloudClient,
} from '@assistant-ui-proxy/contract'
import { storageUnavailable } from '../../../app-error.ts'
import type { Owner } from '../../../identity/owner.ts'
import { headersFor, type AssistantCloudAccess } from '../../cloud-access.ts'
import { errorOfStatus } from '../../status-errors.ts'

const timeoutMs = 15_000

export function clientFor(
  { baseUrl, apiKey }: AssistantCloudAccess,
  owner: Owner,
): AssistantCloudClient {
  return createAssistantCloudClient(baseUrl, {
    headers: () => headersFor(apiKey, owner),
    fetch: (input, init) =>
      fetch(input, { ...init, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) }),
  })
}

type Answer = { readonly status: number; readonly body: unknown }

/**
 * The answer, where it is one of these statuses.
 * @throws AppError `storage_unavailable` where the service cannot be reached, fails, or has too much to
 *   do, and `upstream_*` for every other status
 */
export async function expectStatus<Given extends Answer, Status extends number>(
  asking: Promise<Given>,
  ...statuses: readonly Status[]
): Promise<Extract<Given, { status: Status }>> {
  const answer = await asking.catch((cause: unknown) => {
    const isUnreachable =
      cause instanceof ProblemError && cause.problem.code === 'server_unreachable'
    throw isUnreachable ? storageUnavailable(cause) : cause
  })
  const { status } = answer
  if ((statuses as readonly number[]).includes(status))
    return answer as Extract<Given, { status: Status }>
  if (status === 408 || status === 429 || status >= 500)
    throw storageUnavailable(new Error(`what keeps the threads answered with status ${status}`))
  throw errorOfStatus(status, undefined)
}
