import { useAuiState } from '@assistant-ui/react'
import { useEffect } from 'react'
import type { ChatExtras } from '../features/chat/use-chat-runtime.ts'
import { isUnsent } from '../features/threads/title-of.ts'
import { useThreads } from '../features/threads/threads-context.tsx'
import { chats } from './services.ts'

/**
 * Once the server has a thread that was on this browser only, or that was deleted elsewhere and is begun
 * anew, the list has it from there.
 */
export function useUnsentThread(threadId: string | undefined): void {
  const { list } = useThreads()
  const isWaiting = useAuiState(
    ({ threadListItem, thread }) =>
      isUnsent(threadListItem) || (thread.extras as ChatExtras | undefined)?.isGone === true,
  )
  useEffect(() => {
    if (!isWaiting || threadId === undefined) return
    chats
      .find(threadId)
      ?.whenTaken()
      .then(
        () => list.reload(),
        () => undefined,
      )
  }, [list, isWaiting, threadId])
}
