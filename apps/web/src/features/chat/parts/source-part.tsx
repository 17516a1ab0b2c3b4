import type { SourceMessagePartProps } from '@assistant-ui/react'
import { FileText, Link2 } from 'lucide-react'
import { safeUrl } from './safe-url.ts'

/** Where a reply has it from. */
export function SourcePart(source: SourceMessagePartProps) {
  const url = source.sourceType === 'url' ? safeUrl(source.url) : undefined
  const name = source.title || (source.sourceType === 'url' ? shortUrl(source.url) : 'Source')
  return (
    <li className="flex max-w-full min-w-0">
      {url === undefined ? (
        <span className={chipStyle}>
          <FileText aria-hidden className="size-3.5 shrink-0" />
          <span className="truncate">{name}</span>
        </span>
      ) : (
        <a
          href={url}
          title={url}
          target="_blank"
          rel="noopener noreferrer"
          className={`${chipStyle} hover:bg-hover`}
        >
          <Link2 aria-hidden className="size-3.5 shrink-0" />
          <span className="truncate">{name}</span>
        </a>
      )}
    </li>
  )
}

const chipStyle =
  'touchable inline-flex h-8 max-w-80 min-w-0 items-center gap-1.5 rounded-full border px-3 text-[0.8125rem] text-ink-soft transition-colors'

/** As browsers show it, without what most have. */
function shortUrl(url: string): string {
  return url.replace(/^https?:\/\/(www\.)?/i, '').replace(/\/$/, '')
}
