import { ActionBarPrimitive, MessagePrimitive, useAui, useAuiState } from '@assistant-ui/react'
import { RefreshCw } from 'lucide-react'
import { CopyButton } from '../../../components/ui/copy-button.tsx'
import { IconButton } from '../../../components/ui/icon-button.tsx'
import { useFeature } from '../../../lib/use-feature.ts'
import { FeedbackButtons } from '../feedback/feedback-buttons.tsx'
import { DataPart } from '../parts/data-part.tsx'
import { FilePart } from '../parts/file-part.tsx'
import { ReasoningPart } from '../parts/reasoning-part.tsx'
import { SourcePart } from '../parts/source-part.tsx'
import { TextPart } from '../parts/text-part.tsx'
import { ToolPart } from '../parts/tool-part.tsx'
import { BranchPicker } from './branch-picker.tsx'
import { MessageActions } from './message-actions.tsx'
import { ReplyOutcome } from './reply-outcome.tsx'
import { Waiting } from './waiting.tsx'

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
        <MessagePrimitive.Parts components={parts} />
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

const parts = {
  Empty: Waiting,
  Text: TextPart,
  Reasoning: ReasoningPart,
  Source: SourcePart,
  File: FilePart,
  tools: { Fallback: ToolPart },
  data: { Fallback: DataPart },
}
