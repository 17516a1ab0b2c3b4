import type { ThreadListItemState } from '@assistant-ui/react'
import { clsx } from 'clsx'
import { memo, useRef, useState } from 'react'
import { Link } from 'wouter'
import { threadPath } from '../../lib/thread-path.ts'
import { titleOf } from './title-of.ts'
import { RenameField } from './rename-field.tsx'
import { ThreadMenu } from './thread-menu.tsx'

type Item = Pick<ThreadListItemState, 'id' | 'remoteId' | 'title' | 'status' | 'isRunning'>

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
        isOpen ? 'bg-selected' : 'hover:bg-hover',
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
          'touchable flex h-9 min-w-0 flex-1 items-center gap-2 rounded-md pl-3 text-sm focus-visible:-outline-offset-2',
          'group-focus-within:pr-10 group-hover:pr-10 pointer-coarse:pr-12',
          isOpen ? 'pr-10' : 'pr-3',
        )}
      >
        <span className={clsx('truncate', !thread.title && 'text-ink-soft')}>{title}</span>
        {thread.isRunning && (
          <output
            aria-label="Replying"
            className="size-1.5 shrink-0 animate-breathe rounded-full bg-accent"
          />
        )}
      </Link>
      <div
        className={clsx(
          'absolute right-1 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 has-aria-expanded:opacity-100 pointer-coarse:right-0 pointer-coarse:opacity-100',
          isOpen && 'opacity-100',
        )}
      >
        <ThreadMenu thread={thread} onRename={() => setIsRenaming(true)} />
      </div>
    </li>
  )
})
