import { useAuiState } from '@assistant-ui/react'
import { useEffect, useRef } from 'react'
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
  const end = useRef<HTMLDivElement>(null)
  const load = () => void list.loadMore()

  useEffect(() => {
    if (end.current === null || isWaiting) return
    const observer = new IntersectionObserver(
      ([entry]) => entry?.isIntersecting && void list.loadMore(),
      // The margin counts around what scrolls, not around the page.
      { root: end.current.parentElement, rootMargin: '400px 0px' },
    )
    observer.observe(end.current)
    return () => observer.disconnect()
    // A page that comes at once leaves no moment of waiting between, and the end may still be near.
  }, [list, isWaiting, count])

  if (problem && !isLoading) return <LoadError detail={problem.detail} onRetry={load} />
  return (
    <div ref={end} className="px-3 pt-4">
      <Button look="quiet" aria-busy={isLoading} onClick={() => !isLoading && load()}>
        {isLoading ? 'Loading…' : 'Show more'}
      </Button>
    </div>
  )
}
