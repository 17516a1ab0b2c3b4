import { useCallback } from 'react'
import { useLocation, useRoute } from 'wouter'
import { threadPath, threadPattern } from '../lib/thread-path.ts'

const newChatPath = threadPath(undefined)

export interface ThreadLocation {
  readonly path: string
  /** The thread in the address; undefined for a new chat. */
  readonly threadId: string | undefined
  /** Takes the address to where the runtime has gone by itself. */
  readonly follow: (threadId: string | undefined) => void
  readonly openNew: () => void
}

export function useThreadLocation(): ThreadLocation {
  const [path, navigate] = useLocation()
  const [, params] = useRoute(threadPattern)
  const threadId = params?.thread_id
  const follow = useCallback(
    (next: string | undefined) => {
      // A new chat that gets its id is the same place under another name; and nobody wants to go
      // back to where a deleted thread was.
      const nextPath = threadPath(next)
      const isSamePlace = next === undefined || location.pathname === newChatPath
      if (location.pathname !== nextPath) navigate(nextPath, { replace: isSamePlace })
    },
    [navigate],
  )
  const openNew = useCallback(() => navigate(newChatPath), [navigate])
  return { path, threadId, follow, openNew }
}
