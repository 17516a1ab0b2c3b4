import { useAuiState } from '@assistant-ui/react'
import { useEffect, useRef } from 'react'
import { Button } from '../../components/ui/button.tsx'
import { Skeleton } from '../../components/ui/skeleton.tsx'
import { LoadError } from './load-error.tsx'
import { usePageProblem } from './thread-pages.ts'
import { useThreads } from './threads-context.tsx'

/** The end of what is loaded: the next page comes when it is near, but after a failure not by itself. */
export function LoadMore() {
  const { list, pages } = useThreads()
  const isLoading = useAuiState((state) => state.threads.isLoadingMore)
  const problem = usePageProblem(pages)
  const isWaiting = isLoading || problem !== undefined
  const end = useRef<HTMLDivElement>(null)
  const load = () => void list.loadMore()

  useEffect(() => {
    if (end.current === null || isWaiting) return
    const observer = new IntersectionObserver(
      ([entry]) => entry?.isIntersecting && void list.loadMore(),
      { rootMargin: '400px' },
    )
    observer.observe(end.current)
    return () => observer.disconnect()
  }, [list, isWaiting])

  if (problem && !isLoading) return <LoadError detail={problem.detail} onRetry={load} />
  return (
    <div ref={end} className="px-3 pt-4">
      {isLoading ? (
        <Skeleton className="h-3.5 w-3/5" />
      ) : (
        <Button look="quiet" onClick={load}>
          Show more
        </Button>
      )}
    </div>
  )
}
