import { AssistantRuntimeProvider, useAui, useRemoteThreadListRuntime } from '@assistant-ui/react'
import { useMemo, useState, type ReactNode } from 'react'
import { useChatRuntime } from '../features/chat/use-chat-runtime.ts'
import { ThreadsProvider } from '../features/threads/threads-context.tsx'
import { activity, chats, threadList } from './services.ts'
import { useThreadLocation } from './use-thread-location.ts'

/** Joins chat and threads: assistant-ui's list of threads, with one of our chat stores in each. */
export function RuntimeProvider({ children }: { children: ReactNode }) {
  const { follow } = useThreadLocation()
  const runtime = useRemoteThreadListRuntime({
    adapter: threadList,
    // assistant-ui calls it as a hook, once per thread.
    // oxlint-disable-next-line react/hooks
    runtimeHook: useThreadRuntime,
    onThreadIdChange: follow,
  })
  const threads = useMemo(
    () => ({ list: runtime.threads, pages: threadList.pages, activity }),
    [runtime],
  )
  return (
    <AssistantRuntimeProvider runtime={runtime}>
      <ThreadsProvider value={threads}>{children}</ThreadsProvider>
    </AssistantRuntimeProvider>
  )
}

/** Runs once per thread that was opened, outside of React's tree. */
function useThreadRuntime() {
  const aui = useAui()
  const [store] = useState(() => {
    const { id, remoteId } = aui.threadListItem.getState()
    return chats.open(remoteId ?? chats.idForNew(id), { isNew: remoteId === undefined })
  })
  return useChatRuntime(store)
}
