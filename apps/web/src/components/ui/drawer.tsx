import { Dialog } from 'radix-ui'
import type { ReactNode } from 'react'

export interface DrawerProps {
  readonly label: string
  readonly onClose: () => void
  /** What gets the focus when it is closed, unless something else has it by then. */
  readonly returnTo: () => HTMLElement | null | undefined
  readonly children: ReactNode
}

/** A panel from the left edge, over the page. Open as long as it is mounted; following a link closes it. */
export function Drawer({ label, onClose, returnTo, children }: DrawerProps) {
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-30 animate-appear bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          onEscapeKeyDown={(event) => {
            // First it is of the field that has something to do with it.
            if ((event.target as Element).matches('[data-takes-escape]')) event.preventDefault()
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            if (document.activeElement === document.body) returnTo()?.focus()
          }}
          onClick={(event) => (event.target as Element).closest('a') && onClose()}
          className="page-height fixed top-0 left-0 z-30 w-[min(19rem,86vw)] animate-slide-in bg-sunken shadow-high outline-none"
        >
          <Dialog.Title className="sr-only">{label}</Dialog.Title>
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
