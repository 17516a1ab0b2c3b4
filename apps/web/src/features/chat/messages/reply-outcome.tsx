import { ActionBarPrimitive, useAuiState } from '@assistant-ui/react'
import { CircleAlert, RotateCw } from 'lucide-react'
import type { Problem } from '@assistant-ui-proxy/contract'
import { Button } from '../../../components/ui/button.tsx'

/** How a reply ended, where it did not end well. */
export function ReplyOutcome() {
  const reason = useAuiState(({ message: { status } }) =>
    status?.type === 'incomplete' ? status.reason : undefined,
  )
  const problem = useAuiState((state) => state.message.metadata.custom['problem'] as Problem | null)
  if (reason === 'cancelled') return <p className="text-sm text-ink-faint">Stopped</p>
  return reason === 'error' && problem ? <Failure problem={problem} /> : null
}

function Failure({ problem: { title, detail } }: { problem: Problem }) {
  return (
    <div
      role="alert"
      className="grid grid-cols-[auto_1fr] items-start gap-3 rounded-lg sm:grid-cols-[auto_1fr_auto] border border-danger-line bg-danger-wash py-3 pr-3 pl-4"
    >
      <CircleAlert aria-hidden className="mt-0.5 size-4.5 shrink-0 text-danger" />
      <div className="min-w-0 text-sm">
        <p className="font-medium">{title}</p>
        <p className="mt-0.5 break-words text-ink-soft">{detail}</p>
      </div>
      <ActionBarPrimitive.Reload asChild>
        <Button className="col-start-2 justify-self-start sm:col-start-3">
          <RotateCw aria-hidden className="size-4" />
          Retry
        </Button>
      </ActionBarPrimitive.Reload>
    </div>
  )
}
