import type { TextMessagePartProps } from '@assistant-ui/react'
import { lazy, Suspense } from 'react'

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
  return (
    <Suspense fallback={<div className="break-words whitespace-pre-wrap">{text}</div>}>
      <Markdown text={text} isRunning={status.type === 'running'} />
    </Suspense>
  )
}
