import { Button } from '../components/ui/button.tsx'

/** Instead of the page, where it cannot be shown. What was being written is kept, as through any reload. */
export function PageFailure() {
  return (
    <main
      role="alert"
      className="page-height flex flex-col items-center justify-center px-6 pb-16 text-center"
    >
      <h1 className="text-lg font-semibold tracking-tight">Something went wrong</h1>
      <p className="mt-2 text-sm text-balance text-ink-soft">
        The page cannot go on. What you were writing is kept.
      </p>
      <Button look="primary" className="mt-6" onClick={() => location.reload()}>
        Reload
      </Button>
    </main>
  )
}
