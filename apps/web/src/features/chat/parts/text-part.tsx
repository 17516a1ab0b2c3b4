import type { TextMessagePartProps } from '@assistant-ui/react'
import { lazy, Suspense } from 'react'
import { ErrorBoundary } from '../../../components/ui/error-boundary.tsx'

const loadMarkdown = () => import('./markdown.tsx')
const Markdown = lazy(async () => ({ default: (await loadMarkdown()).Markdown }))

/** Fetches what formats replies while nobody waits for it. */
export function preloadMarkdown(): void {
  if ('requestIdleCallback' in window) requestIdleCallback(preload)
  else setTimeout(preload, 1_000)
}

function preload(): void {
  void loadMarkdown().catch(() => undefined)
}

export function TextPart({ text, status }: TextMessagePartProps) {
  const plain = (
    <div dir="auto" className="break-words whitespace-pre-wrap">
      {text}
    </div>
  )
  return (
    // What formats it may not come: the page is older than what the server has now, or it is offline.
    <ErrorBoundary fallback={plain}>
      <Suspense fallback={plain}>
        <Markdown text={text} isRunning={status.type === 'running'} />
      </Suspense>
    </ErrorBoundary>
  )
}
