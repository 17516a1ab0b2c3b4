import {
  useExternalStoreRuntime,
  type AppendMessage,
  type AssistantRuntime,
  type ThreadMessage,
} from '@assistant-ui/react'
import { useMemo, useSyncExternalStore } from 'react'
import type { MessagePart, Problem } from '@assistant-ui-proxy/contract'
import { useFeature } from '../../lib/use-feature.ts'
import { uploads } from './attachments/upload-adapter.ts'
import type { ChatSnapshot } from './chat-source.ts'
import type { ChatStore } from './chat-store.ts'
import { convertRow } from './convert-message.ts'
import { useComposerDraft } from './use-composer-draft.ts'

/** What the thread's `extras` carry. */
export interface ChatExtras {
  /** Why there are no messages. */
  readonly problem: Problem | null
  /** Loads them, where that may help. */
  readonly load: (() => Promise<void>) | undefined
  /** The server had the thread, and has it no more. */
  readonly isGone: boolean
  /** A reply is being written, but the server is out of reach. */
  readonly isReconnecting: boolean
}

/** One thread's store as the runtime of assistant-ui. */
export function useChatRuntime(store: ChatStore): AssistantRuntime {
  const snapshot = useSyncExternalStore(store.subscribe, store.getSnapshot, store.getSnapshot)
  const takesFiles = useFeature('attachments')
  const runtime = useExternalStoreRuntime(
    useMemo(() => createAdapter(store, snapshot, takesFiles), [store, snapshot, takesFiles]),
  )
  useComposerDraft(runtime.thread.composer)
  return runtime
}

function createAdapter(
  store: ChatStore,
  { rows, headId, phase, problem, isGone, isRunning, isReconnecting }: ChatSnapshot,
  takesFiles: boolean,
) {
  const load = phase === 'failed' ? () => store.load() : undefined
  const extras: ChatExtras = { problem, load, isGone, isReconnecting }
  return {
    messageRepository: { headId, messages: rows.map(convertRow) },
    isRunning,
    isLoading: phase === 'loading',
    isSendDisabled: phase !== 'ready',
    extras,
    // Called with the branch to be shown, and after a stop with what is shown already.
    setMessages: (messages: readonly ThreadMessage[]) => {
      const leaf = messages.at(-1)
      if (leaf) store.showBranch(leaf.id)
    },
    onNew: async (message: AppendMessage) => store.say(partsOf(message), message.parentId),
    onEdit: async (message: AppendMessage) => store.say(partsOf(message), message.parentId),
    onReload: async (parentId: string | null) => {
      if (parentId !== null) store.answerAgain(parentId)
    },
    onCancel: async () => store.stop(),
    onRefetchThread: () => store.refresh(),
    ...(takesFiles && { adapters }),
  }
}

const adapters = { attachments: uploads }

function partsOf({ content, attachments = [] }: AppendMessage): MessagePart[] {
  const attached = attachments.flatMap((attachment) => attachment.content)
  return [...content, ...attached].flatMap((part): MessagePart[] => {
    if (part.type === 'text') return [{ type: 'text', text: part.text }]
    if (part.type === 'file')
      return [{ type: 'file', url: part.data, mediaType: part.mimeType, filename: part.filename }]
    return []
  })
}
