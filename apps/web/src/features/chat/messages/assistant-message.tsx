import { ActionBarPrimitive, MessagePrimitive, useAui, useAuiState } from '@assistant-ui/react'
import { RefreshCw } from 'lucide-react'
import { CopyButton } from '../../../components/ui/copy-button.tsx'
import { IconButton } from '../../../components/ui/icon-button.tsx'
import { useFeature } from '../../../lib/use-feature.ts'
import { FeedbackButtons } from '../feedback/feedback-buttons.tsx'
import { BranchPicker } from './branch-picker.tsx'
import { MessageActions } from './message-actions.tsx'
import { ReplyOutcome } from './reply-outcome.tsx'
import { ReplyParts } from './reply-parts.tsx'

export function AssistantMessage() {
  const aui = useAui()
  const isRunning = useAuiState((state) => state.message.status?.type === 'running')
  const hasFailed = useAuiState(
    ({ message: { status } }) => status?.type === 'incomplete' && status.reason === 'error',
  )
  const takesFeedback = useFeature('feedback')
  const hasText = useAuiState((state) => state.message.parts.some((part) => part.type === 'text'))
  return (
    <MessagePrimitive.Root asChild>
      <article
        aria-label="Assistant"
        aria-busy={isRunning}
        data-role="assistant"
        className="group flex min-w-0 flex-col gap-3"
      >
        <ReplyParts />
        <ReplyOutcome />
        <MessageActions isHidden={isRunning}>
          <BranchPicker />
          {hasText && <CopyButton text={() => aui.message.getCopyText()} />}
          {takesFeedback && hasText && !hasFailed && <FeedbackButtons />}
          {!hasFailed && (
            <ActionBarPrimitive.Reload asChild>
              <IconButton label="Regenerate">
                <RefreshCw />
              </IconButton>
            </ActionBarPrimitive.Reload>
          )}
        </MessageActions>
      </article>
    </MessagePrimitive.Root>
  )
}
