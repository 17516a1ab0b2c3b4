import { useAui, useAuiState } from '@assistant-ui/react'
import { useEffect, useRef } from 'react'

/**
 * assistant-ui asks for a title when a thread begins. Where none came of that, because the page was
 * left or the server failed, it is asked for again once a reply has ended.
 */
export function useMissingTitle(): void {
  const aui = useAui()
  const id = useAuiState((state) => state.threadListItem.id)
  const isMissing = useAuiState(
    ({ threadListItem: item, thread }) =>
      item.remoteId !== undefined &&
      !item.title &&
      !thread.isRunning &&
      thread.messages.length > 1 &&
      thread.messages.at(-1)?.status?.type === 'complete',
  )
  const lastAsked = useRef<string>(undefined)
  useEffect(() => {
    if (!isMissing || lastAsked.current === id) return
    lastAsked.current = id
    aui.threadListItem.generateTitle({ automatic: true })
  }, [aui, id, isMissing])
}
