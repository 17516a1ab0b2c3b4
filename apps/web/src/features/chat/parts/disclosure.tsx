import { clsx } from 'clsx'
import { ChevronRight } from 'lucide-react'
import type { ReactNode } from 'react'

export interface DisclosureProps {
  readonly summary: ReactNode
  readonly isOpen: boolean
  readonly onToggle: (isOpen: boolean) => void
  readonly children: ReactNode
}

/** A line that unfolds. */
export function Disclosure({ summary, isOpen, onToggle, children }: DisclosureProps) {
  return (
    <div>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => onToggle(!isOpen)}
        className="touchable -ms-1 inline-flex max-w-full items-center gap-1.5 rounded-sm px-1 py-0.5 text-start text-sm text-ink-faint transition-colors hover:text-ink"
      >
        <ChevronRight
          aria-hidden
          className={clsx('size-4 shrink-0 transition-transform', isOpen && 'rotate-90')}
        />
        <span className="min-w-0 wrap-anywhere">{summary}</span>
      </button>
      {isOpen && <div className="mt-2 ms-1.5 border-s-2 ps-4">{children}</div>}
    </div>
  )
}
