import { ComposerPrimitive, MessagePrimitive, useAui, useAuiState } from '@assistant-ui/react'
import { useEffect } from 'react'
import { Button } from '../../../components/ui/button.tsx'
import { holdPage } from '../../../lib/hold-page.ts'
import { passFocus } from '../../../lib/pass-focus.ts'
import { ComposerAttachments, useIsHeld } from '../attachments/composer-attachments.tsx'

/** In the place of a message that is being edited. What was there stays, as another version. */
export function EditComposer() {
  const aui = useAui()
  const isHeld = useIsHeld()
  const isChanged = useAuiState((state) => state.composer.text !== aui.message.getCopyText())
  // Unlike a draft it is not kept through a reload.
  useEffect(() => (isChanged ? holdPage() : undefined), [isChanged])
  return (
    <MessagePrimitive.Root ref={passFocusToEdit} data-role="user">
      <ComposerPrimitive.Root
        onSubmit={(event) => isHeld && event.preventDefault()}
        className="rounded-xl border border-line-strong bg-raised p-2 focus-within:border-accent focus-within:ring-3 focus-within:ring-accent-wash"
      >
        <ComposerAttachments />
        <ComposerPrimitive.Input
          aria-label="Edit message"
          dir="auto"
          // It has come because somebody asked to write here.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          rows={1}
          maxRows={12}
          className="w-full resize-none bg-transparent px-2.5 py-1.5 leading-6 outline-none max-sm:text-base"
        />
        <div className="mt-1 flex justify-end gap-2">
          <ComposerPrimitive.Cancel asChild>
            <Button look="quiet">Cancel</Button>
          </ComposerPrimitive.Cancel>
          <ComposerPrimitive.Send asChild disabled={isHeld}>
            <Button look="primary" type="submit">
              Save
            </Button>
          </ComposerPrimitive.Send>
        </div>
      </ComposerPrimitive.Root>
    </MessagePrimitive.Root>
  )
}

/** The message comes back in its place, with the button that led here. */
const passFocusToEdit = passFocus((element) => {
  const { messageId = '' } = element.dataset
  return () =>
    document.querySelector<HTMLElement>(
      `[data-message-id="${CSS.escape(messageId)}"] button[aria-label="Edit"]`,
    )
})
