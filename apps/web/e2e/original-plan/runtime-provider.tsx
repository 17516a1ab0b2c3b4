import { AssistantRuntimeProvider, useAui } from '@assistant-ui/react'
import {
  AssistantChatTransport,
  createResumableSessionStorage,
  useChatRuntime,
} from '@assistant-ui/react-ai-sdk'
import { useEffect, useMemo, type ReactNode } from 'react'

/**
 * The original plan's provider. The runtime of today takes the address in a transport, which it copies
 * for each thread.
 */
export function RuntimeProvider({ api, children }: { api: string; children: ReactNode }) {
  const transport = useMemo(
    () =>
      new AssistantChatTransport({
        api,
        resumable: {
          storage: createResumableSessionStorage(),
          resumeApi: (id) => `${api}/${id}/stream`,
        },
      }),
    [api],
  )
  const runtime = useChatRuntime({ transport })
  return <AssistantRuntimeProvider runtime={runtime}>{children}</AssistantRuntimeProvider>
}

/** Names the model that is to answer, as assistant-ui's model selector does. */
export function ModelName({ name }: { name: string }) {
  const aui = useAui()
  useEffect(
    () => aui.modelContext.register({ getModelContext: () => ({ config: { modelName: name } }) }),
    [aui, name],
  )
  return null
}
