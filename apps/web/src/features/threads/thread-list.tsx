import { useAuiState } from '@assistant-ui/react'
import { Skeleton } from '../../components/ui/skeleton.tsx'
import { LoadError } from './load-error.tsx'
import { LoadMore } from './load-more.tsx'
import { useHasMore, type Section } from './thread-pages.ts'
import { ThreadRow } from './thread-row.tsx'
import { useThreads } from './threads-context.tsx'
import { useThreadGroups } from './use-thread-groups.ts'

export function ThreadList({ section }: { section: Section }) {
  const { list, pages } = useThreads()
  const isLoading = useAuiState((state) => state.threads.isLoading)
  const hasFailed = useAuiState((state) => state.threads.loadError !== undefined)
  const openId = useAuiState((state) => state.threads.mainThreadId)
  const groups = useThreadGroups(section)
  const hasMore = useHasMore(pages)
  return (
    <div data-scrolls className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-3 pb-4">
      {section === 'archived' && <GroupName>Archived</GroupName>}
      {groups.map(({ name, threads }) => (
        <section key={name} aria-label={name}>
          {section === 'regular' && <GroupName>{name}</GroupName>}
          <ul className="flex flex-col gap-px">
            {threads.map((thread) => (
              <ThreadRow key={thread.id} thread={thread} isOpen={thread.id === openId} />
            ))}
          </ul>
        </section>
      ))}
      {groups.length === 0 && !isLoading && !hasMore && !hasFailed && <Nothing section={section} />}
      {isLoading && groups.length === 0 && <Skeletons />}
      {!hasFailed && hasMore && (groups.length > 0 || !isLoading) && <LoadMore />}
      {!isLoading && hasFailed && (
        <LoadError
          detail="The conversations could not be loaded."
          onRetry={() => void list.reload()}
        />
      )}
    </div>
  )
}

function GroupName({ children }: { children: string }) {
  return <h2 className="px-3 pt-4 pb-1.5 text-xs font-medium text-ink-faint">{children}</h2>
}

function Nothing({ section }: { section: Section }) {
  return (
    <p className="px-3 pt-4 text-sm text-pretty text-ink-faint">
      {section === 'archived'
        ? 'Nothing is archived.'
        : 'No conversations yet. What you begin is kept here.'}
    </p>
  )
}

function Skeletons() {
  return (
    <output aria-label="Loading conversations" className="flex flex-col gap-5 px-3 pt-5">
      {['w-4/5', 'w-3/5', 'w-11/12', 'w-2/3', 'w-1/2'].map((width) => (
        <Skeleton key={width} className={`h-3.5 ${width}`} />
      ))}
    </output>
  )
}
