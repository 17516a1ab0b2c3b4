import { CloudAlert } from 'lucide-react'
import { Button } from '../../components/ui/button.tsx'
import { useReadiness } from './use-readiness.ts'

/** Says so while the server cannot take requests. It asks again by itself. */
export function ServerBanner() {
  const { fault, check } = useReadiness()
  if (fault === undefined) return null
  return (
    <div
      role="alert"
      className="flex animate-appear items-center gap-3 border-b border-danger-line bg-danger-wash px-4 py-2 text-sm"
    >
      <CloudAlert aria-hidden className="size-4.5 shrink-0 text-danger" />
      <p className="min-w-0 flex-1 text-pretty">
        {fault} <span className="text-ink-soft">Trying again…</span>
      </p>
      <Button look="quiet" className="h-8!" onClick={check}>
        Check now
      </Button>
    </div>
  )
}
