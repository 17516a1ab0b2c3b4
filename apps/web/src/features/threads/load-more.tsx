import { useAuiState } from '@assistant-ui/react'
import { useCallback } from 'react'
import { Button } from '../../components/ui/button.tsx'
import { LoadError } from './load-error.tsx'
import { usePageProblem } from './thread-pages.ts'
import { useThreads } from './threads-context.tsx'

/** The end of what is loaded: the next page comes when it is near, but after a failure not by itself. */
export function LoadMore() {
  const { list, pages } = useThreads()
  const isLoading = useAuiState(({ threads }) => threads.isLoadingMore || threads.isLoading)
  const count = useAuiState((state) => state.threads.threadItems.length)
  const problem = usePageProblem(pages)
  const isWaiting = isLoading || problem !== undefined
  const load = () => void list.loadMore()
  const observe = useCallback(
    (end: HTMLElement | null) => {
      if (end === null || isWaiting) return undefined
      const observer = new IntersectionObserver(
        ([entry]) => entry?.isIntersecting && void list.loadMore(),
        // The margin counts around what scrolls, not around the page.
        { root: end.closest('[data-scrolls]'), rootMargin: '400px 0px' },
      )
      observer.observe(end)
      return () => observer.disconnect()
    },
    [list, isWaiting],
  )

  if (problem && !isLoading) return <LoadError detail={problem.detail} onRetry={load} />
  return (
    <div className="pt-4">
      {/* Another with each page: it may come at once, and leave the end in sight. */}
      <div key={count} ref={observe} />
      <Button
        look="quiet"
        aria-busy={isLoading}
        onClick={() => !isLoading && load()}
        className="px-3!"
      >
        {isLoading ? 'Loading…' : 'Show more'}
      </Button>
    </div>
  )
}
