import type { Problem } from '@assistant-ui-proxy/contract'
import { Button } from '../components/ui/button.tsx'

export interface OpenProblemProps {
  readonly problem: Problem
  /** For what may go better another time. */
  readonly onRetry?: () => void
  readonly onNewChat: () => void
}

/** In the place of a conversation that cannot be opened. */
export function OpenProblem({ problem, onRetry, onNewChat }: OpenProblemProps) {
  const isMissing = isMissingAt(problem)
  return (
    <div role="alert" className="m-auto max-w-sm px-6 pb-16 text-center">
      <h1 className="text-lg font-semibold tracking-tight">{titleOfProblem(problem)}</h1>
      <p className="mt-2 text-sm text-pretty text-ink-soft">
        {isMissingThread(problem)
          ? 'It may have been deleted, or the address is not complete.'
          : problem.detail}
      </p>
      <div className="mt-6 flex justify-center gap-2">
        {!isMissing && onRetry && <Button onClick={onRetry}>Try again</Button>}
        <Button look={isMissing ? 'primary' : 'quiet'} onClick={onNewChat}>
          Start a new chat
        </Button>
      </div>
    </div>
  )
}

/** What such a page is called. */
export function titleOfProblem(problem: Problem): string {
  return isMissingThread(problem) ? 'This conversation does not exist' : problem.title
}

function isMissingThread(problem: Problem): boolean {
  return isMissingAt(problem) && problem.code !== 'route_not_found'
}

function isMissingAt({ status }: Problem): boolean {
  return status === 404 || status === 400
}
