import { AuiIf, ThreadPrimitive, useAuiState } from '@assistant-ui/react'
import { ArrowDown, Unplug } from 'lucide-react'
import { IconButton } from '../../components/ui/icon-button.tsx'
import { Composer } from './composer.tsx'
import { ConversationSkeleton } from './conversation-skeleton.tsx'
import { EmptyState } from './empty-state.tsx'
import { LoadProblem } from './load-problem.tsx'
import { Messages } from './messages/messages.tsx'
import { ReplyAnnouncer } from './reply-announcer.tsx'
import type { ChatExtras } from './use-chat-runtime.ts'

/** The thread that is open, and what is said next. */
export function Conversation() {
  const isEmpty = useAuiState((state) => state.thread.messages.length === 0)
  const isEditing = useAuiState((state) =>
    state.thread.messages.some(({ composer }) => composer.isEditing),
  )
  return (
    <ThreadPrimitive.Root asChild>
      <section aria-label="Conversation" className="flex min-h-0 flex-1 flex-col">
        <ThreadPrimitive.Viewport
          // What a new chat offers is read from its beginning, and what is edited stays in sight.
          autoScroll={!isEmpty && !isEditing}
          scrollToBottomOnInitialize={!isEmpty}
          scrollToBottomOnThreadSwitch={!isEmpty}
          // Relative: what is placed out of the flow in it would otherwise make the page itself scroll.
          className="relative flex min-h-0 flex-1 flex-col overflow-y-auto overscroll-contain px-4 [scrollbar-gutter:stable_both-edges]"
        >
          <Contents />
        </ThreadPrimitive.Viewport>
        <div className="relative px-4 pb-[max(1rem,env(safe-area-inset-bottom))]">
          <div className="mx-auto w-full max-w-184">
            <ScrollToBottom />
            <Reconnecting />
            <Composer />
          </div>
        </div>
        <ReplyAnnouncer />
      </section>
    </ThreadPrimitive.Root>
  )
}

function Contents() {
  const problem = useAuiState((state) => (state.thread.extras as ChatExtras | undefined)?.problem)
  const isLoading = useAuiState((state) => state.thread.isLoading)
  const isEmpty = useAuiState((state) => state.thread.messages.length === 0)
  if (problem) return <LoadProblem problem={problem} />
  if (isEmpty) return isLoading ? <ConversationSkeleton /> : <EmptyState />
  return <Messages />
}

/** The reply goes on without this page; what it missed comes when the connection is back. */
function Reconnecting() {
  const isReconnecting = useAuiState(
    (state) => (state.thread.extras as ChatExtras | undefined)?.isReconnecting === true,
  )
  return (
    <output className="block text-sm text-ink-soft">
      {isReconnecting && (
        <span className="flex animate-appear items-center gap-2 px-2 pb-2">
          <Unplug aria-hidden className="size-4 shrink-0" />
          Connection lost. Reconnecting…
        </span>
      )}
    </output>
  )
}

function ScrollToBottom() {
  return (
    <AuiIf condition={(state) => state.thread.messages.length > 0}>
      <ThreadPrimitive.ScrollToBottom asChild>
        <IconButton
          label="Scroll to bottom"
          className="absolute -top-12 left-1/2 -translate-x-1/2 rounded-full! border bg-raised shadow-high hover:bg-raised disabled:hidden"
        >
          <ArrowDown />
        </IconButton>
      </ThreadPrimitive.ScrollToBottom>
    </AuiIf>
  )
}
