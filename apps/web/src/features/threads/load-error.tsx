import { Button } from '../../components/ui/button.tsx'
import { passFocusToLastRow } from './row-focus.ts'

export interface LoadErrorProps {
  readonly detail: string
  readonly onRetry: () => void
}

/** In the place of threads that did not come. */
export function LoadError({ detail, onRetry }: LoadErrorProps) {
  return (
    <div role="alert" className="px-3 pt-4 text-sm">
      <p className="text-pretty text-ink-soft">{detail}</p>
      <Button ref={passFocusToLastRow} className="mt-3" onClick={onRetry}>
        Try again
      </Button>
    </div>
  )
}
