import { X } from 'lucide-react'
import { dismiss, useNotices } from '../../lib/notices.ts'
import { IconButton } from './icon-button.tsx'

/** Failures that have no better place, in the corner, until they are read. */
export function Notices() {
  const notices = useNotices()
  return (
    <div
      role="alert"
      className="pointer-events-none fixed top-16 end-4 z-50 flex w-[min(24rem,calc(100vw-2rem))] flex-col gap-2"
    >
      {notices.map(({ id, title, detail }) => (
        <div
          key={id}
          className="pointer-events-auto flex animate-appear items-start gap-2 rounded-lg border bg-raised py-3 ps-4 pe-2 shadow-high"
        >
          <div className="min-w-0 flex-1 text-sm">
            <p className="font-medium">{title}</p>
            <p className="mt-0.5 break-words text-ink-soft">{detail}</p>
          </div>
          <IconButton label="Dismiss" onClick={() => dismiss(id)}>
            <X />
          </IconButton>
        </div>
      ))}
    </div>
  )
}
