import { FlaskConical } from 'lucide-react'
import { Popover } from '../../components/ui/popover.tsx'
import { useReadiness } from './use-readiness.ts'

/** Says that no real model answers, and how to get one. */
export function DemoBadge() {
  const { readiness } = useReadiness()
  if (readiness?.upstream !== 'demo') return null
  return (
    <Popover
      trigger={
        <button
          type="button"
          className="relative inline-flex h-7 items-center justify-center gap-1.5 rounded-full bg-notice-wash px-2.5 text-xs font-medium whitespace-nowrap text-notice after:absolute after:-inset-2"
        >
          <FlaskConical aria-hidden className="size-3.5" />
          Demo model
        </button>
      }
    >
      <h2 className="font-medium text-ink">Replies come from a demo</h2>
      <p className="mt-1.5 text-pretty">
        It runs inside your server, offline, and only shows what a reply can look like.
      </p>
      <p className="mt-2.5 text-pretty">
        To talk to a real model, set <code className={codeStyle}>OPENAI_BASE_URL</code> or{' '}
        <code className={codeStyle}>ASSISTANT_UI_BASE_URL</code> in{' '}
        <code className={codeStyle}>.env</code> and restart the server. The README says more.
      </p>
    </Popover>
  )
}

const codeStyle = 'rounded-sm bg-bubble px-1 py-0.5 font-mono text-[0.8125rem] text-ink'
