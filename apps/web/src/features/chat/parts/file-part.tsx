import type { FileMessagePartProps } from '@assistant-ui/react'
import { File } from 'lucide-react'
import { ownFileUrl } from './own-file-url.ts'
import { safeUrl } from './safe-url.ts'

export function FilePart({ data, mimeType, filename }: FileMessagePartProps) {
  const safe = safeUrl(data)
  const url = safe && ownFileUrl(safe)
  const name = filename ?? mimeType
  if (url !== undefined && mimeType.startsWith('image/'))
    return (
      <img
        src={url}
        alt={name}
        loading="lazy"
        className="max-h-96 max-w-full self-start rounded-lg border"
      />
    )
  return (
    <a
      {...(url !== undefined && { href: url, target: '_blank', rel: 'noopener noreferrer' })}
      className="touchable inline-flex h-9 max-w-full items-center gap-2 self-start rounded-md border border-line-strong px-3 text-sm text-ink-soft hover:bg-hover"
    >
      <File aria-hidden className="size-4 shrink-0" />
      <span className="truncate">{name}</span>
    </a>
  )
}
