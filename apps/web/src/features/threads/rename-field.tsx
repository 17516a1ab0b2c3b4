import { useState } from 'react'
import { tellIfItFails } from '../../lib/notices.ts'
import { useThreads } from './threads-context.tsx'

export interface RenameFieldProps {
  readonly thread: { readonly id: string; readonly title?: string | undefined }
  readonly onClose: () => void
}

/** In the place of a title. Enter and leaving keep what was written, Escape does not. */
export function RenameField({ thread, onClose }: RenameFieldProps) {
  const { list } = useThreads()
  const [title, setTitle] = useState(thread.title ?? '')
  const save = () => {
    const trimmed = title.trim()
    if (trimmed !== '' && trimmed !== thread.title)
      tellIfItFails(list.getItemById(thread.id).rename(trimmed))
    onClose()
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
    >
      <input
        aria-label="Title"
        // It has come because somebody asked to write here.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        maxLength={255}
        value={title}
        onChange={(event) => setTitle(event.target.value)}
        onFocus={(event) => event.target.select()}
        onBlur={save}
        onKeyDown={(event) => event.key === 'Escape' && onClose()}
        className="h-9 w-full rounded-md border border-accent bg-raised px-3 text-sm outline-none ring-3 ring-accent-wash max-sm:text-base pointer-coarse:h-11"
      />
    </form>
  )
}
