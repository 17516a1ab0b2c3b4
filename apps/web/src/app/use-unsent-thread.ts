import { useAuiState } from '@assistant-ui/react'
import { useEffect } from 'react'
import { isUnsent } from '../features/threads/title-of.ts'
import { useThreads } from '../features/threads/threads-context.tsx'
import { chats } from './services.ts'

/** Once the server has a thread that was on this browser only, the list has it from there. */
export function useUnsentThread(threadId: string | undefined): void {
  const { list } = useThreads()
  const isWaiting = useAuiState((state) => isUnsent(state.threadListItem))
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
