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
  const isMissing = problem.status === 404 || problem.status === 400
  const isThread = problem.code !== 'route_not_found'
  return (
    <div role="alert" className="m-auto max-w-sm px-6 pb-16 text-center">
      <h2 className="text-lg font-semibold tracking-tight">
        {isMissing && isThread ? 'This conversation does not exist' : problem.title}
      </h2>
      <p className="mt-2 text-sm text-pretty text-ink-soft">
        {isMissing && isThread
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
