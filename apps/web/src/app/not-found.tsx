import { OpenProblem } from './open-problem.tsx'
import { createProblem } from '@assistant-ui-proxy/contract'
import { useDocumentTitle } from './use-document-title.ts'
import { useThreadLocation } from './use-thread-location.ts'

export function NotFound() {
  const { openNew } = useThreadLocation()
  useDocumentTitle(problem.title)
  return <OpenProblem problem={problem} onNewChat={openNew} />
}

const problem = createProblem('route_not_found', 'There is nothing at this address.')
