import type { SearchHit } from '@assistant-ui-proxy/contract'
import { clsx } from 'clsx'
import { Link, useLocation } from 'wouter'
import { Skeleton } from '../../components/ui/skeleton.tsx'
import { problemOf } from '../../lib/problem.ts'
import { threadPath } from '../../lib/thread-path.ts'
import { titleOf } from './title-of.ts'
import { useSearch } from './use-search.ts'

export function SearchResults({ words }: { words: string }) {
  const { data: hits, error } = useSearch(words)
  return (
    <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-3 pt-2 pb-4">
      {error && (
        <p role="alert" className="px-3 pt-2 text-sm text-pretty text-ink-soft">
          {problemOf('body' in error ? error.body : error).detail}
        </p>
      )}
      {!error && hits === undefined && <Skeletons />}
      {hits && (
        <>
          <output
            className={clsx(hits.length > 0 ? 'sr-only' : 'px-3 pt-2 text-sm text-ink-faint')}
          >
            {hits.length === 0 ? 'Nothing found.' : countOf(hits.length)}
          </output>
          <ul aria-label="Found" className="flex flex-col gap-px">
            {hits.map((hit) => (
              <Hit key={hit.thread.id} hit={hit} />
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

function Hit({ hit: { thread, message_id, snippet } }: { hit: SearchHit }) {
  const href = threadPath(thread.id)
  const [location] = useLocation()
  const isOpen = location === href
  const isTitle = message_id === null
  return (
    <li>
      <Link
        href={href}
        aria-current={isOpen ? 'page' : undefined}
        className={clsx(
          'touchable flex flex-col gap-0.5 rounded-md px-3 py-2 text-sm focus-visible:-outline-offset-2',
          isOpen ? 'bg-selected' : 'hover:bg-hover',
        )}
      >
        <span dir="auto" className="truncate">
          {isTitle ? <Snippet pieces={snippet} /> : titleOf({ title: thread.title ?? undefined })}
        </span>
        {!isTitle && (
          <span dir="auto" className="line-clamp-2 text-xs text-ink-soft">
            <Snippet pieces={snippet} />
          </span>
        )}
      </Link>
    </li>
  )
}

function Snippet({ pieces }: { pieces: SearchHit['snippet'] }) {
  return pieces.map(({ text, is_match }, index) =>
    is_match ? (
      // They have no identity but their place.
      // oxlint-disable-next-line react/no-array-index-key
      <mark key={index} className="rounded-xs bg-accent-wash text-ink">
        {text}
      </mark>
    ) : (
      text
    ),
  )
}

/** The server's limit by default: there may be more. */
const maxHits = 20

function countOf(hits: number): string {
  if (hits === maxHits) return `The first ${maxHits} conversations are shown.`
  return hits === 1 ? '1 conversation found.' : `${hits} conversations found.`
}

function Skeletons() {
  return (
    <div aria-hidden className="flex flex-col gap-5 px-3 pt-3">
      {['w-4/5', 'w-3/5', 'w-2/3'].map((width) => (
        <Skeleton key={width} className={`h-3.5 ${width}`} />
      ))}
    </div>
  )
}
