import { useAuiState } from '@assistant-ui/react'
import type { Problem } from '@assistant-ui-proxy/contract'
import { Button } from '../../components/ui/button.tsx'
import { messageBox } from '../../lib/message-box.ts'
import { passFocus } from '../../lib/pass-focus.ts'
import type { ChatExtras } from './use-chat-runtime.ts'

/** Instead of the messages, where they could not be loaded, or are gone. */
export function LoadProblem({ problem }: { problem: Problem }) {
  const load = useAuiState((state) => (state.thread.extras as ChatExtras | undefined)?.load)
  return (
    <div role="alert" className="m-auto max-w-sm py-12 text-center">
      <h2 className="font-semibold">{problem.title}</h2>
      <p className="mt-1.5 text-sm text-balance text-ink-soft">{problem.detail}</p>
      {load && (
        <Button ref={passFocusToComposer} className="mt-5" onClick={() => void load()}>
          Try again
        </Button>
      )}
    </div>
  )
}

const passFocusToComposer = passFocus(() => messageBox)
