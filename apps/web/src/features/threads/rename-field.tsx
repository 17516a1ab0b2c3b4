import { useRef, useState } from 'react'
import { tellIfItFails } from '../../lib/notices.ts'
import { useThreads } from './threads-context.tsx'

export interface RenameFieldProps {
  readonly thread: { readonly id: string; readonly title?: string | undefined }
  /** @param isByKey whether the focus is still here, and must go somewhere */
  readonly onClose: (isByKey: boolean) => void
}

/** In the place of a title. Enter and leaving keep what was written, Escape does not. */
export function RenameField({ thread, onClose }: RenameFieldProps) {
  const { list } = useThreads()
  const [title, setTitle] = useState(thread.title ?? '')
  const isClosed = useRef(false)
  const close = (isByKey: boolean) => {
    isClosed.current = true
    onClose(isByKey)
  }
  const save = (isByKey: boolean) => {
    // Its removal takes the focus away, too.
    if (isClosed.current) return
    const trimmed = title.trim()
    if (trimmed !== '' && trimmed !== thread.title)
      tellIfItFails(list.getItemById(thread.id).rename(trimmed))
    close(isByKey)
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        save(true)
      }}
    >
      <input
        aria-label="Title"
        dir="auto"
        // It has come because somebody asked to write here.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        maxLength={255}
        value={title}
        onChange={(event) => setTitle(event.target.value)}
        onFocus={(event) => event.target.select()}
        onBlur={() => save(false)}
        data-takes-escape
        onKeyDown={(event) => event.key === 'Escape' && close(true)}
        className="h-9 w-full rounded-md border border-accent bg-raised px-3 text-sm ring-3 ring-accent-wash outline-none max-sm:text-base pointer-coarse:h-11"
      />
    </form>
  )
}
