import { useCallback } from 'react'
import { useLocation, useRoute } from 'wouter'

/** `/t/:thread_id` is a thread, `/` a new chat. */
const threadPattern = '/t/:thread_id'

export interface ThreadLocation {
  readonly path: string
  /** The thread in the address; undefined for a new chat. */
  readonly threadId: string | undefined
  /** Takes the address to where the runtime has gone by itself. */
  readonly follow: (threadId: string | undefined) => void
  readonly openNew: () => void
}

export function useLocationOfThread(): ThreadLocation {
  const [path, navigate] = useLocation()
  const [, params] = useRoute(threadPattern)
  const threadId = params?.thread_id
  const follow = useCallback(
    (next: string | undefined) => {
      // A new chat that gets its id is the same place under another name; and nobody wants to go
      // back to where a deleted thread was.
      const nextPath = next === undefined ? '/' : `/t/${next}`
      const isSamePlace = next === undefined || location.pathname === '/'
      if (location.pathname !== nextPath) navigate(nextPath, { replace: isSamePlace })
    },
    [navigate],
  )
  const openNew = useCallback(() => navigate('/'), [navigate])
  return { path, threadId, follow, openNew }
}
