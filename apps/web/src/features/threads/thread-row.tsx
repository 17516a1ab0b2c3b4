import type { ThreadListItemState } from '@assistant-ui/react'
import { clsx } from 'clsx'
import { memo, useRef, useState } from 'react'
import { Link } from 'wouter'
import { threadPath } from '../../lib/thread-path.ts'
import { titleOf } from './title-of.ts'
import { RenameField } from './rename-field.tsx'
import { ThreadMenu } from './thread-menu.tsx'

type Item = Pick<
  ThreadListItemState,
  'id' | 'remoteId' | 'title' | 'status' | 'custom' | 'isRunning'
>

export interface ThreadRowProps {
  readonly thread: Item
  readonly isOpen: boolean
}

export const ThreadRow = memo(function ThreadRow({ thread, isOpen }: ThreadRowProps) {
  const [isRenaming, setIsRenaming] = useState(false)
  const takesFocus = useRef(false)
  const title = titleOf(thread)
  if (isRenaming)
    return (
      <li>
        <RenameField
          thread={thread}
          onClose={(isByKey) => {
            takesFocus.current = isByKey
            setIsRenaming(false)
          }}
        />
      </li>
    )
  return (
    <li
      className={clsx(
        'group relative flex items-center rounded-md transition-colors',
        isOpen ? 'bg-selected' : 'hover:bg-hover has-aria-expanded:bg-hover',
      )}
    >
      <Link
        ref={(link: HTMLAnchorElement | null) => {
          if (takesFocus.current) link?.focus()
          takesFocus.current = false
        }}
        href={threadPath(thread.remoteId)}
        aria-current={isOpen ? 'page' : undefined}
        className={clsx(
          'touchable flex h-9 min-w-0 flex-1 items-center gap-2 rounded-md ps-3 text-sm focus-visible:-outline-offset-2',
          'group-focus-within:pe-10 group-hover:pe-10 group-has-aria-expanded:pe-10 pointer-coarse:pe-12',
          isOpen ? 'pe-10' : 'pe-3',
        )}
      >
        <span dir="auto" className={clsx('truncate', !thread.title && 'text-ink-soft')}>
          {title}
        </span>
        {thread.isRunning && (
          <output
            aria-label="Replying"
            className="size-1.5 shrink-0 animate-breathe rounded-full bg-accent"
          />
        )}
      </Link>
      <div
        className={clsx(
          'absolute end-1 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 has-aria-expanded:opacity-100 pointer-coarse:end-0 pointer-coarse:opacity-100',
          isOpen && 'opacity-100',
        )}
      >
        <ThreadMenu thread={thread} onRename={() => setIsRenaming(true)} />
      </div>
    </li>
  )
})
