import type { ThreadListRuntime } from '@assistant-ui/react'
import { createContext, use } from 'react'
import type { ThreadActivity } from './thread-activity.ts'
import type { ThreadPages } from './thread-pages.ts'

export interface Threads {
  /** Unlike the hooks of assistant-ui, its methods tell whether they worked. */
  readonly list: ThreadListRuntime
  readonly pages: ThreadPages
  readonly activity: ThreadActivity
}

const ThreadsContext = createContext<Threads | undefined>(undefined)

export const ThreadsProvider = ThreadsContext.Provider

export function useThreads(): Threads {
  const threads = use(ThreadsContext)
  if (!threads) throw new Error('useThreads needs a ThreadsProvider around it.')
  return threads
}
