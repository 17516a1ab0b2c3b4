import { AuiIf, ComposerPrimitive, useAuiState } from '@assistant-ui/react'
import { ArrowUp, Paperclip, Square } from 'lucide-react'
import { IconButton } from '../../components/ui/icon-button.tsx'
import { Tooltip } from '../../components/ui/tooltip.tsx'
import { messageBoxId } from '../../lib/message-box.ts'
import { useMediaQuery } from '../../lib/use-media-query.ts'
import { ComposerAttachments, useIsHeld } from './attachments/composer-attachments.tsx'
import { passFocusToTextBox } from './pass-focus-to-text-box.ts'

/** Where the next message is written. Enter sends; on touch screens it makes a new line. */
export function Composer() {
  const isHeld = useIsHeld()
  const isRunning = useAuiState((state) => state.thread.isRunning)
  // A focused text box would open the on-screen keyboard over the conversation.
  const mayFocus = useMediaQuery('(pointer: fine)')
  return (
    <ComposerPrimitive.AttachmentDropzone asChild>
      <ComposerPrimitive.Root
        onSubmit={(event) => isHeld && event.preventDefault()}
        className="rounded-xl border border-line-strong bg-raised p-2 shadow-low transition-[border-color,box-shadow] focus-within:border-accent focus-within:ring-3 focus-within:ring-accent-wash data-dragging:border-accent data-dragging:bg-accent-wash"
      >
        <ComposerAttachments />
        <div className="flex items-end gap-2">
          <AuiIf condition={(state) => state.thread.capabilities.attachments}>
            <ComposerPrimitive.AddAttachment asChild>
              <IconButton label="Attach a file" className="size-9! rounded-full!">
                <Paperclip />
              </IconButton>
            </ComposerPrimitive.AddAttachment>
          </AuiIf>
          <ComposerPrimitive.Input
            id={messageBoxId}
            aria-label="Message"
            dir="auto"
            placeholder="Write a message"
            rows={1}
            maxRows={8}
            // What one comes here for.
            // oxlint-disable-next-line jsx-a11y/no-autofocus
            autoFocus={mayFocus}
            onKeyDown={(event) => {
              // Where Enter sends, it makes no new line while nothing can be sent.
              const { key, shiftKey, nativeEvent } = event
              if (isRunning && mayFocus && key === 'Enter' && !shiftKey && !nativeEvent.isComposing)
                event.preventDefault()
            }}
            unstable_insertNewlineOnTouchEnter
            className="max-h-[35dvh] min-h-9 flex-1 resize-none bg-transparent px-2.5 py-1.5 leading-6 outline-none placeholder:text-ink-faint max-sm:text-base pointer-coarse:py-2.5"
          />
          <AuiIf condition={(state) => !state.thread.isRunning}>
            <Tooltip label="Send">
              <ComposerPrimitive.Send
                aria-label="Send"
                disabled={isHeld}
                className={roundButtonStyle}
              >
                <ArrowUp aria-hidden className="size-5" />
              </ComposerPrimitive.Send>
            </Tooltip>
          </AuiIf>
          <AuiIf condition={(state) => state.thread.isRunning}>
            <Tooltip label="Stop">
              <ComposerPrimitive.Cancel
                ref={passFocusToTextBox}
                aria-label="Stop"
                className={roundButtonStyle}
              >
                <Square aria-hidden className="size-3.5 fill-current" />
              </ComposerPrimitive.Cancel>
            </Tooltip>
          </AuiIf>
        </div>
      </ComposerPrimitive.Root>
    </ComposerPrimitive.AttachmentDropzone>
  )
}

const roundButtonStyle =
  'touchable inline-flex size-9 shrink-0 items-center justify-center rounded-full bg-accent text-on-accent transition-[background-color,opacity] hover:bg-accent-hover disabled:bg-selected disabled:text-ink-faint'
