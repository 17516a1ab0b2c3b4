import { clsx } from 'clsx'
import { Archive, ArchiveRestore, Ellipsis, Pencil, Trash2 } from 'lucide-react'
import { useRef, useState } from 'react'
import type { ThreadListItemState } from '@assistant-ui/react'
import { ConfirmDialog } from '../../components/ui/confirm-dialog.tsx'
import { iconButtonStyle } from '../../components/ui/icon-button.tsx'
import { Menu, MenuItem } from '../../components/ui/menu.tsx'
import { messageBox } from '../../lib/message-box.ts'
import { tellIfItFails } from '../../lib/notices.ts'
import { rowAfter } from './row-focus.ts'
import { useThreads } from './threads-context.tsx'
import { titleOf } from './title-of.ts'

export interface ThreadMenuProps {
  readonly thread: Pick<ThreadListItemState, 'id' | 'title' | 'status' | 'custom'>
  readonly onRename: () => void
}

export function ThreadMenu({ thread, onRename }: ThreadMenuProps) {
  const { list } = useThreads()
  const [isDeleting, setIsDeleting] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  /** Once the row is on its way out of the list. */
  const next = useRef<HTMLElement>(undefined)
  // Asked for when something is done: it throws for a thread that is gone, which may yet be shown.
  const item = () => list.getItemById(thread.id)
  const leave = (how: () => Promise<void>) => {
    // In the place of the open thread comes a new chat; on touch screens that would open the keyboard.
    const isLeft = list.getState().mainThreadId === thread.id
    const mayWrite = isLeft && matchMedia('(pointer: fine)').matches
    next.current = (mayWrite && messageBox()) || rowAfter(button.current)
    tellIfItFails(how())
  }
  return (
    <>
      <Menu
        returnTo={() => next.current}
        trigger={
          // No tooltip: there may be thousands of these.
          <button
            ref={button}
            type="button"
            aria-label={`Options for ${titleOf(thread)}`}
            className={clsx(iconButtonStyle, 'size-7!')}
          >
            <Ellipsis />
          </button>
        }
      >
        <MenuItem icon={<Pencil />} onSelect={onRename}>
          Rename
        </MenuItem>
        {thread.status === 'archived' ? (
          <MenuItem icon={<ArchiveRestore />} onSelect={() => leave(() => item().unarchive())}>
            Unarchive
          </MenuItem>
        ) : (
          <MenuItem icon={<Archive />} onSelect={() => leave(() => item().archive())}>
            Archive
          </MenuItem>
        )}
        <MenuItem icon={<Trash2 />} isDangerous onSelect={() => setIsDeleting(true)}>
          Delete
        </MenuItem>
      </Menu>
      {isDeleting && (
        <ConfirmDialog
          title="Delete this conversation?"
          detail={`“${titleOf(thread)}” and all its messages will be gone for good.`}
          action="Delete"
          onConfirm={() => leave(() => item().delete())}
          onClose={() => setIsDeleting(false)}
          returnTo={() => next.current ?? button.current}
        />
      )}
    </>
  )
}
