import { useAuiState } from '@assistant-ui/react'
import { useEffect, useRef } from 'react'
import { Button } from '../../components/ui/button.tsx'
import { Skeleton } from '../../components/ui/skeleton.tsx'
import { useThreads } from './threads-context.tsx'

/** The end of what is loaded: the next page comes when it is near. */
export function LoadMore() {
  const { list } = useThreads()
  const isLoading = useAuiState((state) => state.threads.isLoadingMore)
  const end = useRef<HTMLDivElement>(null)

  useEffect(() => {
    if (end.current === null || isLoading) return
    const observer = new IntersectionObserver(
      ([entry]) => entry?.isIntersecting && void list.loadMore(),
      { rootMargin: '400px' },
    )
    observer.observe(end.current)
    return () => observer.disconnect()
  }, [list, isLoading])

  return (
    <div ref={end} className="px-3 pt-4">
      {isLoading ? (
        <Skeleton className="h-3.5 w-3/5" />
      ) : (
        <Button look="quiet" onClick={() => void list.loadMore()}>
          Show more
        </Button>
      )}
    </div>
  )
}
