import { useAuiState } from '@assistant-ui/react'
import { useState } from 'react'

/**
 * Tells screen readers when a reply begins and how it ends. The words themselves are not read out as
 * they stream: they would interrupt each other.
 */
export function ReplyAnnouncer() {
  const isRunning = useAuiState((state) => state.thread.isRunning)
  const outcome = useAuiState((state) => {
    const status = state.thread.messages.at(-1)?.status
    return status?.type === 'incomplete' ? status.reason : status?.type
  })
  const [wasRunning, setWasRunning] = useState(false)
  if (isRunning && !wasRunning) setWasRunning(true)
  return (
    <output className="sr-only">
      {wasRunning && (isRunning ? 'The assistant is replying.' : describe(outcome))}
    </output>
  )
}

function describe(outcome: string | undefined): string {
  if (outcome === 'cancelled') return 'The reply was stopped.'
  return outcome === 'error' ? 'The reply failed.' : 'The reply is complete.'
}
