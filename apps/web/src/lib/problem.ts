import {
  createProblem,
  ProblemError,
  problemSchema,
  type Problem,
} from '@assistant-ui-proxy/contract'

/** What to tell about something thrown, or about the body of a failed answer. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem
  const problem = problemSchema.safeParse(error).data
  if (problem) return problem
  return createProblem('internal', error instanceof Error ? error.message : 'Try again.')
}

/** The body of a good answer. @throws ProblemError for every other */
export function bodyOf<Answer extends { status: number; body: unknown }, Status extends number>(
  answer: Answer,
  status: Status,
): Extract<Answer, { status: Status }>['body'] {
  if (answer.status !== status) throw new ProblemError(problemOf(answer.body))
  return answer.body as Extract<Answer, { status: Status }>['body']
}
