import { useCallback, useEffect, useState } from 'react'
import type { Problem } from '@assistant-ui-proxy/contract'
import { useThreads } from '../features/threads/threads-context.tsx'
import { problemOf } from '../lib/problem.ts'
import { chats } from './services.ts'
import { useThreadLocation } from './use-thread-location.ts'

export interface OpenThread {
  readonly isOpening: boolean
  /** Why the thread in the address cannot be opened. */
  readonly problem: Problem | undefined
  readonly retry: () => void
}

type Outcome = { readonly threadId: string | undefined; readonly problem?: Problem }

/** Opens the thread that the address names. */
export function useOpenThread(): OpenThread {
  const { list } = useThreads()
  const { threadId } = useThreadLocation()
  const [outcome, setOutcome] = useState<Outcome>({ threadId: undefined })

  const open = useCallback(async (): Promise<Outcome> => {
    try {
      // Looking at an archived thread does not take it out of the archive.
      if (threadId === undefined) await list.switchToNewThread()
      else if (list.mainItem.getState().remoteId !== threadId)
        await list.switchToThread(threadId, { unarchive: false })
      // It may have gone on elsewhere while it was out of sight.
      if (threadId !== undefined) void chats.find(threadId)?.refresh()
      return { threadId }
    } catch (error) {
      return { threadId, problem: problemOf(error) }
    }
  }, [list, threadId])

  useEffect(() => {
    let isCurrent = true
    void open().then((result) => isCurrent && setOutcome(result))
    return () => {
      isCurrent = false
    }
  }, [open])

  return {
    isOpening: threadId !== undefined && outcome.threadId !== threadId && !isOpen(list, threadId),
    problem: outcome.threadId === threadId ? outcome.problem : undefined,
    retry: () => void open().then(setOutcome),
  }
}

function isOpen(list: ReturnType<typeof useThreads>['list'], threadId: string): boolean {
  const { threadItems } = list.getState()
  return Object.values(threadItems).some((item) => item.remoteId === threadId)
}
