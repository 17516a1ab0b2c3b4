import { useAuiState } from '@assistant-ui/react'
import { useEffect } from 'react'
import { Conversation } from '../features/chat/conversation.tsx'
import { ConversationSkeleton } from '../features/chat/conversation-skeleton.tsx'
import { OpenProblem } from './open-problem.tsx'
import { useLocationOfThread } from './thread-location.ts'
import { useMissingTitle } from './use-missing-title.ts'
import { useOpenThread } from './use-open-thread.ts'

const productName = 'assistant-ui-proxy'

/** What the address names: a thread, or a new chat. */
export function ThreadPage() {
  const { openNew } = useLocationOfThread()
  const { isOpening, problem, retry } = useOpenThread()
  const mainThreadId = useAuiState((state) => state.threads.mainThreadId)
  const title = useAuiState((state) => state.threadListItem.title)
  useMissingTitle()
  useEffect(() => {
    document.title = title && !problem ? `${title} · ${productName}` : productName
  }, [title, problem])
  if (problem) return <OpenProblem problem={problem} onRetry={retry} onNewChat={openNew} />
  if (isOpening)
    return (
      <div className="flex flex-1 flex-col px-4">
        <ConversationSkeleton />
      </div>
    )
  return <Conversation key={mainThreadId} />
}
