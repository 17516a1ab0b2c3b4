import type { SourceMessagePartProps } from '@assistant-ui/react'
import { FileText, Link2 } from 'lucide-react'
import { safeUrl } from './safe-url.ts'

/** Where a reply has it from. */
export function SourcePart(source: SourceMessagePartProps) {
  const url = source.sourceType === 'url' ? safeUrl(source.url) : undefined
  const name = source.title ?? (source.sourceType === 'url' ? source.url : 'Source')
  if (url === undefined)
    return (
      <span className={chipStyle}>
        <FileText aria-hidden className="size-3.5 shrink-0" />
        <span className="truncate">{name}</span>
      </span>
    )
  return (
    <a
      href={url}
      target="_blank"
      rel="noopener noreferrer"
      className={`${chipStyle} hover:bg-hover`}
    >
      <Link2 aria-hidden className="size-3.5 shrink-0" />
      <span className="truncate">{name}</span>
    </a>
  )
}

const chipStyle =
  'touchable inline-flex h-8 max-w-full items-center gap-1.5 self-start rounded-full border px-3 text-[0.8125rem] text-ink-soft transition-colors'
