import type { Readiness } from '@assistant-ui-proxy/contract'
import { quietly, readyKey, tsr } from '../../lib/api.ts'
import { problemOf } from '../../lib/problem.ts'

/** What the server says of itself; without `readiness` it cannot be reached. */
export interface ServerStatus {
  readonly readiness?: Readiness
  /** Why the server cannot take requests, in words. */
  readonly fault?: string
  readonly check: () => void
}

const steadyIntervalMs = 30_000
const troubledIntervalMs = 3_000

export function useReadiness(): ServerStatus {
  const { data, error, refetch } = tsr.system.ready.useQuery<Readiness>({
    queryKey: readyKey,
    select: (answer) => answer.body,
    refetchInterval: ({ state }) =>
      state.status === 'error' ? troubledIntervalMs : steadyIntervalMs,
    refetchOnWindowFocus: true,
    ...quietly,
  })
  const check = () => void refetch()
  if (error === null) return { check, ...(data && { readiness: data }) }
  const body: unknown = 'body' in error ? error.body : undefined
  if (isReadiness(body))
    return { check, readiness: body, fault: body.problems.join(' ') || 'The server is not ready.' }
  return { check, fault: `${problemOf(body ?? error).title}.` }
}

function isReadiness(body: unknown): body is Readiness {
  return typeof body === 'object' && body !== null && 'problems' in body
}
