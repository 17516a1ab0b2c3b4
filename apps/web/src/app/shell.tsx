import { useAuiState } from '@assistant-ui/react'
import { PanelLeft } from 'lucide-react'
import { useRef, useState, type ReactNode } from 'react'
import { Drawer } from '../components/ui/drawer.tsx'
import { IconButton } from '../components/ui/icon-button.tsx'
import { Notices } from '../components/ui/notices.tsx'
import { ThemeMenu } from '../components/ui/theme-menu.tsx'
import { ModelMenu } from '../features/models/model-menu.tsx'
import { DemoBadge } from '../features/server-status/demo-badge.tsx'
import { ServerBanner } from '../features/server-status/server-banner.tsx'
import { ThreadSidebar } from '../features/threads/thread-sidebar.tsx'
import { titleOf } from '../features/threads/title-of.ts'
import { messageBox } from '../lib/message-box.ts'
import { threadPattern } from '../lib/thread-path.ts'
import { useMediaQuery } from '../lib/use-media-query.ts'
import { Brand } from './brand.tsx'
import { useThreadLocation } from './use-thread-location.ts'

/** The page around a conversation: the list of threads beside it, or over it where room is scarce. */
export function Shell({ children }: { children: ReactNode }) {
  const isWide = useMediaQuery('(min-width: 48rem)')
  const { path, openNew } = useThreadLocation()
  // The drawer is open where it was opened: going somewhere closes it.
  const [drawerAt, setDrawerAt] = useState<string>()
  const isDrawerShown = !isWide && drawerAt === path
  const drawerButton = useRef<HTMLButtonElement>(null)
  const closeDrawer = () => setDrawerAt(undefined)
  const startNew = () => {
    closeDrawer()
    openNew()
  }
  const sidebar = <ThreadSidebar header={<Brand />} onNewChat={startNew} />
  return (
    <div className="page-height flex">
      <SkipLink />
      {isWide && <aside className="w-68 shrink-0 border-e bg-sunken">{sidebar}</aside>}
      {isDrawerShown && (
        <Drawer label="Conversations" onClose={closeDrawer} returnTo={() => drawerButton.current}>
          {sidebar}
          {/* What is outside of it is out of reach for keys and screen readers. */}
          <Notices />
        </Drawer>
      )}
      <div className="flex min-w-0 flex-1 flex-col">
        <ServerBanner />
        <header className="flex h-14 shrink-0 items-center gap-1.5 px-3 sm:px-4">
          {!isWide && (
            <IconButton ref={drawerButton} label="Conversations" onClick={() => setDrawerAt(path)}>
              <PanelLeft />
            </IconButton>
          )}
          <ThreadTitle />
          <ModelMenu />
          <DemoBadge />
          <ThemeMenu />
        </header>
        <main className="flex min-h-0 flex-1 flex-col">{children}</main>
      </div>
      {!isDrawerShown && <Notices />}
    </div>
  )
}

/** Past the list of threads, for those who walk the page by keyboard. */
function SkipLink() {
  return (
    <button
      type="button"
      onClick={() => messageBox()?.focus()}
      className="sr-only rounded-md bg-raised text-sm font-medium shadow-high focus-visible:not-sr-only focus-visible:fixed focus-visible:top-2 focus-visible:start-2 focus-visible:z-50 focus-visible:px-4 focus-visible:py-2"
    >
      Skip to the message box
    </button>
  )
}

/** Of the thread that is open, unless the address names one that is not: then its place says so. */
function ThreadTitle() {
  const { path, threadId } = useThreadLocation()
  const openId = useAuiState((state) => state.threadListItem.remoteId)
  const isOpen = threadPattern.test(path) && (threadId === undefined || threadId === openId)
  const title = useAuiState((state) => titleOf(state.threadListItem))
  const isArchived = useAuiState((state) => state.threadListItem.status === 'archived')
  return (
    <div className="flex min-w-0 flex-1 items-center gap-2 px-1">
      {isOpen && (
        <h1 dir="auto" className="truncate text-sm font-medium">
          {title}
        </h1>
      )}
      {isOpen && isArchived && (
        <span className="rounded-full border px-2 py-0.5 text-xs text-ink-faint">archived</span>
      )}
    </div>
  )
}
