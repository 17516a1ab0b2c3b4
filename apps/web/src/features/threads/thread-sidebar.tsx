import { Archive, ChevronLeft, SquarePen } from 'lucide-react'
import { useEffect, useState, type ReactNode } from 'react'
import { Button } from '../../components/ui/button.tsx'
import { useFeature } from '../../lib/use-feature.ts'
import { SearchField } from './search-field.tsx'
import { SearchResults } from './search-results.tsx'
import { ThreadList } from './thread-list.tsx'
import type { Section } from './thread-pages.ts'
import { useThreads } from './threads-context.tsx'

export interface ThreadSidebarProps {
  /** Above the list: whose list this is. */
  readonly header: ReactNode
  readonly onNewChat: () => void
}

export function ThreadSidebar({ header, onNewChat }: ThreadSidebarProps) {
  const { pages } = useThreads()
  const canSearch = useFeature('search')
  const [section, setSection] = useState<Section>('regular')
  const [words, setWords] = useState('')
  useEffect(() => pages.look(section), [pages, section])
  const isArchive = section === 'archived'
  return (
    <nav aria-label="Conversations" className="flex h-full flex-col">
      <div className="flex h-14 shrink-0 items-center px-4">{header}</div>
      <div className="px-3 pb-2">
        <Button
          className="w-full justify-start! bg-raised! px-3! shadow-low hover:border-ink-faint"
          onClick={onNewChat}
        >
          <SquarePen aria-hidden className="size-4 text-accent" />
          New chat
        </Button>
      </div>
      {canSearch && <SearchField words={words} onChange={setWords} />}
      {words.trim() === '' ? (
        <ThreadList key={section} section={section} />
      ) : (
        <SearchResults words={words} />
      )}
      <div className="shrink-0 border-t px-3 py-2 pb-[max(0.5rem,env(safe-area-inset-bottom))]">
        <Button
          look="quiet"
          className="w-full justify-start! px-3! font-normal!"
          onClick={() => setSection(isArchive ? 'regular' : 'archived')}
        >
          {isArchive ? (
            <ChevronLeft aria-hidden className="size-4" />
          ) : (
            <Archive aria-hidden className="size-4" />
          )}
          {isArchive ? 'Back to conversations' : 'Archived'}
        </Button>
      </div>
    </nav>
  )
}
