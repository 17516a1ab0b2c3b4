import { useAuiState } from '@assistant-ui/react'
import { Conversation } from '../features/chat/conversation.tsx'
import { ConversationSkeleton } from '../features/chat/conversation-skeleton.tsx'
import { useWhenServerIsBack } from '../features/server-status/use-when-server-is-back.ts'
import { useThreads } from '../features/threads/threads-context.tsx'
import { useReturn } from '../lib/use-return.ts'
import { OpenProblem, titleOfProblem } from './open-problem.tsx'
import { chats } from './services.ts'
import { useDocumentTitle } from './use-document-title.ts'
import { useThreadLocation } from './use-thread-location.ts'
import { useMissingTitle } from './use-missing-title.ts'
import { useOpenThread } from './use-open-thread.ts'
import { useUnsentThread } from './use-unsent-thread.ts'

/** What the address names: a thread, or a new chat. */
export function ThreadPage() {
  const { threadId, openNew } = useThreadLocation()
  const { list, pages } = useThreads()
  const { isOpening, problem, retry } = useOpenThread()
  const mainThreadId = useAuiState((state) => state.threads.mainThreadId)
  const recover = () => {
    if (problem) retry()
    if (list.getState().loadError !== undefined) void list.reload()
    else if (pages.problemHere()) void list.loadMore()
    if (threadId !== undefined) void chats.find(threadId)?.recover()
  }
  const lookAgain = () => {
    if (threadId !== undefined) void chats.find(threadId)?.refresh()
    const { isLoading, isLoadingMore } = list.getState()
    if (!isLoading && !isLoadingMore) void list.reload()
  }
  const title = useAuiState((state) => state.threadListItem.title)
  useMissingTitle()
  useUnsentThread(threadId)
  useWhenServerIsBack(recover)
  useReturn(lookAgain)
  useDocumentTitle(problem ? titleOfProblem(problem) : title)
  if (problem) return <OpenProblem problem={problem} onRetry={retry} onNewChat={openNew} />
  if (isOpening)
    return (
      <div className="flex flex-1 flex-col px-4">
        <ConversationSkeleton />
      </div>
    )
  return <Conversation key={mainThreadId} />
}
