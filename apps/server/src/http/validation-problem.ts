import { createProblem, type Problem } from '@assistant-ui-proxy/contract'
import type { RequestValidationError } from '@ts-rest/express'

interface Issue {
  readonly message: string
  readonly path?: readonly unknown[]
  /** Of a union: the issues of each of its alternatives. */
  readonly errors?: readonly (readonly Issue[])[]
}

interface Fault {
  readonly path: string
  readonly message: string
}

/** Names every fault of a request by its path, such as `body.messages.0.role`. */
export function validationProblem(error: RequestValidationError): Problem {
  const errors = (['pathParams', 'query', 'headers', 'body'] as const).flatMap((place) =>
    issuesOf(error[place]).flatMap((issue) =>
      faultsOf(issue, place === 'pathParams' ? 'path' : place),
    ),
  )
  const [first] = errors
  const detail = first
    ? `${first.path}: ${first.message}`
    : 'The request does not fit the contract.'
  return createProblem('invalid_request', detail, { errors })
}

function issuesOf(error: unknown): readonly Issue[] {
  return (error as { issues?: readonly Issue[] } | null)?.issues ?? []
}

/** What zod says of a union that has no words of its own. */
const unsaid = 'Invalid input'

/**
 * The alternative of a union that was meant says best what is wrong: the one whose `type` fits, and
 * of those the one that came furthest.
 */
function faultsOf(issue: Issue, parentPath: string): Fault[] {
  const path = [parentPath, ...(issue.path ?? []).map(String)].join('.')
  if (issue.message !== unsaid) return [{ path, message: issue.message }]
  const furthest = issue.errors?.toSorted((a, b) => fitOf(b) - fitOf(a))[0]
  if (furthest === undefined || furthest.length === 0) return [{ path, message: issue.message }]
  return furthest.flatMap((inner) => faultsOf(inner, path))
}

function fitOf(issues: readonly Issue[]): number {
  if (issues.some((issue) => issue.path?.[0] === 'type')) return -1
  return Math.max(0, ...issues.map((issue) => issue.path?.length ?? 0))
}
