import {
  AttachmentPrimitive,
  ComposerPrimitive,
  useAuiState,
  type Attachment,
} from '@assistant-ui/react'
import { File, X } from 'lucide-react'
import { IconButton } from '../../../components/ui/icon-button.tsx'
import { passFocusToTextBox } from '../pass-focus-to-text-box.ts'

/** What goes with the message that is being written. */
export function ComposerAttachments() {
  const isEmpty = useAuiState((state) => state.composer.attachments.length === 0)
  const failures = useAuiState((state) =>
    state.composer.attachments
      .flatMap(({ name, status }) =>
        status.type === 'incomplete' ? `${name}: ${status.message ?? 'it failed.'} ` : [],
      )
      .join(''),
  )
  if (isEmpty) return null
  return (
    <>
      <ul aria-label="Attachments" className="flex flex-wrap gap-2 px-1 pb-2">
        <ComposerPrimitive.Attachments components={components} />
      </ul>
      {failures !== '' && (
        <p role="alert" className="px-2 pb-2 text-sm text-ink-soft">
          {failures}Remove what failed, then the message can be sent.
        </p>
      )}
    </>
  )
}

function ComposerAttachment() {
  const name = useAuiState((state) => state.attachment.name)
  const share = useAuiState(({ attachment: { status } }) =>
    status.type === 'running' ? status.progress : undefined,
  )
  const hasFailed = useAuiState((state) => isFailed(state.attachment))
  const reason = useAuiState(({ attachment: { status } }) =>
    status.type === 'incomplete' ? status.message : undefined,
  )
  return (
    <AttachmentPrimitive.Root asChild>
      <li
        ref={passFocusToTextBox}
        className="relative flex h-10 max-w-56 items-center gap-2 overflow-hidden rounded-md border ps-3 pe-1 text-sm text-ink-soft"
      >
        <File aria-hidden className="size-4 shrink-0" />
        <span dir="auto" className="truncate">
          {name}
        </span>
        {hasFailed && (
          <span title={reason} className="shrink-0 text-danger">
            failed
          </span>
        )}
        <AttachmentPrimitive.Remove asChild>
          <IconButton label={`Remove ${name}`}>
            <X />
          </IconButton>
        </AttachmentPrimitive.Remove>
        {share !== undefined && (
          <progress
            aria-label={`${name} is being brought`}
            value={share}
            className="absolute inset-x-0 bottom-0 h-0.5 w-full accent-accent"
          />
        )}
      </li>
    </AttachmentPrimitive.Root>
  )
}

/** Whether what is being written has to wait for its attachments. */
export function useIsHeld(): boolean {
  return useAuiState(({ composer: { attachments } }) =>
    attachments.some((one) => one.status.type === 'running' || isFailed(one)),
  )
}

function isFailed({ status }: Attachment): boolean {
  return status.type === 'incomplete'
}

// One object for good: an attachment renders when it changes, not when another is added.
const components = { Attachment: ComposerAttachment }
